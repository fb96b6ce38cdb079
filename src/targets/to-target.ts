import type { StoredTargetAlert } from './alert-store.ts'
import type { StoredName } from './name-store.ts'
import type { TargetAlert, TargetName } from './part-schemas.ts'
import type { Target } from './schemas.ts'
import type { StoredTarget } from './store.ts'

/** Shows a stored target as the API does. */
export function toTarget({ names, number, createdAt, modifiedAt, version: _, ...row }: StoredTarget): Target {
  return {
    ...row,
    number: Number(number),
    aliases: names.filter(({ primary }) => !primary).map(({ name }) => name),
    createdAt: createdAt.toISOString(),
    modifiedAt: modifiedAt.toISOString()
  }
}

/** Shows a stored name as the API does. */
export function toTargetName({ id, name, primary, createdAt }: StoredName): TargetName {
  return { id, name, primary, createdAt: createdAt.toISOString() }
}

/** Shows the alert that a target came from as the API does. */
export function toTargetAlert({ linkedAt, ...row }: StoredTargetAlert): TargetAlert {
  return { ...row, linkedAt: linkedAt.toISOString() }
}
