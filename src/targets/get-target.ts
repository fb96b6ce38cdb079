import type { Transaction } from '../database.ts'
import { isExpected, stale, type Versions } from '../http/etags.ts'
import { notFound } from '../http/problems.ts'
import { findTarget, holdTarget, type StoredTarget } from './store.ts'

/** Reads a target; throws 404 where there is none. */
export async function getTarget(db: Transaction, id: string): Promise<StoredTarget> {
  const target = await findTarget(db, id)
  if (target === undefined) throw notFound('target', id)
  return target
}

/** Reads a target to edit it, and keeps others from it; throws 404 where there is none, 412 where it is not what the client read. */
export async function takeTarget(tx: Transaction, { id, expected }: { id: string; expected: Versions }): Promise<StoredTarget> {
  const target = await holdTarget(tx, id)
  if (target === undefined) throw notFound('target', id)
  if (!isExpected(target.version, expected)) throw stale()
  return target
}
