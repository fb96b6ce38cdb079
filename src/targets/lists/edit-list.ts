import { type Static, Type } from '@sinclair/typebox'
import type { Transaction } from '../../database.ts'
import { stale, type Versions } from '../../http/etags.ts'
import { cutPage, decodeCursor, encodeCursor, type Page } from '../../http/pagination.ts'
import { conflict, notFound } from '../../http/problems.ts'
import { Uuid } from '../../http/schemas.ts'
import type { NewTargetList, TargetList, TargetListFilter, TargetListPatch } from './schemas.ts'
import { findList, findListByName, insertList, listLists, type StoredList, updateList } from './store.ts'

const Cursor = Type.Tuple([Type.Literal('target lists'), Uuid])

/** Reads one page of the target lists that a filter asks for. */
export async function pageOfLists(db: Transaction, { cursor, limit, name, targetId }: TargetListFilter): Promise<Page<StoredList>> {
  const after = cursor === undefined ? null : decodeCursor(cursor, Cursor)[1]
  const found = await listLists(db, { name, targetId, after, limit: limit + 1 })
  return cutPage(found, limit, ({ id }) => encodeCursor(['target lists', id]))
}

/** Reads a target list; throws 404 where there is none. */
export async function getList(db: Transaction, id: string): Promise<StoredList> {
  const list = await findList(db, id)
  if (list === undefined) throw notFound('target list', id)
  return list
}

/** Makes a target list; throws 409 when there is one of this name. */
export async function createList(tx: Transaction, list: Static<typeof NewTargetList>, createdBy: string): Promise<StoredList> {
  await refuseTaken(tx, { name: list.name, id: null })
  return getList(tx, await insertList(tx, { ...list, createdBy }))
}

interface Edit {
  readonly tx: Transaction
  readonly id: string
  /** The versions that the client means; null for any. */
  readonly expected: Versions
  readonly patch: Static<typeof TargetListPatch>
}

/** Edits a target list; throws 404 where there is none, 412 where it is not what the client read, 409 when the name is another's. */
export async function editList({ tx, id, expected, patch }: Edit): Promise<StoredList> {
  if (patch.name !== undefined) await refuseTaken(tx, { name: patch.name, id })
  const isDone = await updateList(tx, { id, versions: expected }, patch)
  const list = await getList(tx, id)
  if (!isDone) throw stale()
  return list
}

async function refuseTaken(tx: Transaction, { name, id }: { readonly name: string; readonly id: string | null }): Promise<void> {
  const owner = await findListByName(tx, name)
  if (owner !== null && owner.id !== id) throw conflict('There is a target list of this name already.', { listId: owner.id })
}

/** Shows a stored target list as the API does. */
export function toTargetList({ version: _, createdAt, modifiedAt, ...list }: StoredList): TargetList {
  return { ...list, createdAt: createdAt.toISOString(), modifiedAt: modifiedAt.toISOString() }
}
