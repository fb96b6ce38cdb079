import type { StoredTargetAlert } from './alert-store.ts'
import type { StoredListedTarget } from './list-store.ts'
import type { StoredName } from './name-store.ts'
import type { TargetAlert, TargetName } from './part-schemas.ts'
import type { ListedTarget, Target } from './schemas.ts'
import type { StoredTarget } from './store.ts'

/** Shows a stored target as the API does. */
export function toTarget({ names, number, createdAt, modifiedAt, version: _, ...row }: StoredTarget): Target {
  return { ...row, ...shown({ names, number, createdAt, modifiedAt }) }
}

/** Shows a stored target in a list as the API does. */
export function toListedTarget(stored: StoredListedTarget): ListedTarget {
  const { names, number, createdAt, modifiedAt, version: _, key: __, ...row } = stored
  return { ...row, ...shown({ names, number, createdAt, modifiedAt }) }
}

function shown({ names, number, createdAt, modifiedAt }: Pick<StoredTarget, 'names' | 'number' | 'createdAt' | 'modifiedAt'>) {
  return {
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
