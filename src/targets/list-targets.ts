import { Type } from '@sinclair/typebox'
import type { Transaction } from '../database.ts'
import { coneOf } from '../domain/cone.ts'
import { cutPage, decodeCursor, encodeCursor } from '../http/pagination.ts'
import { invalid } from '../http/problems.ts'
import { Uuid } from '../http/schemas.ts'
import type { TargetFilter } from './schemas.ts'
import { listTargets, type StoredTarget } from './store.ts'

const Cursor = Type.Tuple([Type.Literal('targets'), Uuid])

/** Reads one page of the targets that a filter asks for; throws 422 for a cone that is not whole. */
export async function pageOfTargets(db: Transaction, filter: TargetFilter): Promise<{ items: StoredTarget[]; next: string | null }> {
  const { cursor, limit, name, type } = filter
  const { cone, complaints } = coneOf(filter)
  if (complaints.length > 0) throw invalid(complaints, 'The query string does not fit.')
  const before = cursor === undefined ? null : decodeCursor(cursor, Cursor)[1]
  const found = await listTargets(db, { name, type, cone, before }, limit + 1)
  return cutPage(found, limit, ({ id }) => encodeCursor(['targets', id]))
}
