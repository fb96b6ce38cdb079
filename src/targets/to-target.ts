import type { StoredTargetAlert } from './alert-store.ts'
import type { StoredListedTarget } from './list-store.ts'
import type { StoredName } from './name-store.ts'
import type { TargetAlert, TargetName } from './part-schemas.ts'
import type { ListedTarget, Target } from './schemas.ts'
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

/** Shows a stored target in a list as the API does. */
export function toListedTarget({ key: _, separation, ...stored }: StoredListedTarget): ListedTarget {
  return { ...toTarget(stored), separation }
}

/** Shows a stored name as the API does. */
export function toTargetName({ id, name, primary, createdAt }: StoredName): TargetName {
  return { id, name, primary, createdAt: createdAt.toISOString() }
}

/** Shows the alert that a target came from as the API does. */
export function toTargetAlert({ linkedAt, ...row }: StoredTargetAlert): TargetAlert {
  return { ...row, linkedAt: linkedAt.toISOString() }
}
