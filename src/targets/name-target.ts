import type { Transaction } from '../database.ts'
import type { Versions } from '../http/etags.ts'
import { conflict, notFound } from '../http/problems.ts'
import { takeTarget } from './get-target.ts'
import { deleteName, findName, findNameOwner, insertAlias, type StoredName } from './name-store.ts'
import { countEdit } from './write-store.ts'

interface Naming {
  readonly tx: Transaction
  readonly targetId: string
  readonly name: string
}

/** Finds a name among those of a target; throws 409 when it is another target's. */
export async function findOwnName({ tx, targetId, name }: Naming): Promise<StoredName | null> {
  const owner = await findNameOwner(tx, name)
  if (owner === null || owner.targetId === targetId) return owner
  throw conflict('Another target has this name.', { matches: [{ rule: 'name', targetId: owner.targetId, name: owner.name }] })
}

/** Gives a target one more name, unless it has it in another spelling; throws 409 when it is another target's. */
export async function addName(naming: Naming): Promise<{ readonly isNew: boolean; readonly stored: StoredName }> {
  const { tx, targetId, name } = naming
  await takeTarget(tx, { id: targetId, expected: null })
  const known = await findOwnName(naming)
  if (known) return { isNew: false, stored: known }
  const stored = await insertAlias(tx, targetId, name)
  await countEdit(tx, targetId)
  return { isNew: true, stored }
}

interface Unnaming {
  readonly tx: Transaction
  readonly targetId: string
  readonly nameId: string
  /** The versions of the target that the client means; null for any. */
  readonly expected: Versions
}

/** Takes an alias from a target; throws 409 for its primary name. */
export async function removeName({ tx, targetId, nameId, expected }: Unnaming): Promise<void> {
  await takeTarget(tx, { id: targetId, expected })
  const stored = await findName(tx, { targetId, nameId })
  if (stored === null) throw notFound('name', nameId)
  if (stored.primary) throw conflict('This is the primary name: give the target another one first.')
  await deleteName(tx, nameId)
  await countEdit(tx, targetId)
}
