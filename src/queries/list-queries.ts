import { type Static, Type } from '@sinclair/typebox'
import type { Transaction } from '../database.ts'
import { cutPage, decodeCursor, encodeCursor, type Page } from '../http/pagination.ts'
import { Uuid } from '../http/schemas.ts'
import type { QueryFilter } from './schemas.ts'
import { listQueries, type StoredQuery } from './store.ts'

const Cursor = Type.Tuple([Type.Literal('queries'), Uuid])

/** Reads one page of the queries that a filter asks for. */
export async function pageOfQueries(db: Transaction, filter: Static<typeof QueryFilter>): Promise<Page<StoredQuery>> {
  const { cursor, limit, brokerId, name } = filter
  const after = cursor === undefined ? undefined : decodeCursor(cursor, Cursor)[1]
  const found = await listQueries(db, { brokerId, name, after, limit: limit + 1 })
  return cutPage(found, limit, ({ id }) => encodeCursor(['queries', id]))
}
