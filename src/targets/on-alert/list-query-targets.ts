import { Type } from '@sinclair/typebox'
import type { Transaction } from '../../database.ts'
import { cutPage, decodeCursor, encodeCursor, type Page } from '../../http/pagination.ts'
import { notFound } from '../../http/problems.ts'
import { Uuid } from '../../http/schemas.ts'
import { reviveDeliveries } from '../../outbox/store.ts'
import { findQuery } from '../../queries/store.ts'
import { outcomes, type QueryTarget, type QueryTargetFilter } from './schemas.ts'
import { listFailed, listQueryTargets, markPending, type QueryTargetRow } from './store.ts'

const Cursor = Type.Tuple([Type.Literal('query targets'), Uuid])

/** Reads one page of what the alerts of a query have become; throws 404 where there is no such query. */
export async function pageOfQueryTargets(db: Transaction, queryId: string, filter: QueryTargetFilter): Promise<Page<QueryTarget>> {
  const { cursor, limit, outcome } = filter
  await requireQuery(db, queryId)
  const before = cursor === undefined ? null : decodeCursor(cursor, Cursor)[1]
  const found = await listQueryTargets(db, { queryId, outcome, before, limit: limit + 1 })
  return cutPage(found.map(toQueryTarget), limit, ({ id }) => encodeCursor(['query targets', id]))
}

/** So many are tried again at once [count]. */
const mostRetried = 10_000

/** Tries again what failed for a query; answers how many. */
export async function retryFailed(tx: Transaction, queryId: string): Promise<number> {
  await requireQuery(tx, queryId)
  const revived = await reviveDeliveries(tx, await listFailed(tx, queryId, mostRetried))
  await markPending(tx, revived)
  return revived.length
}

async function requireQuery(db: Transaction, queryId: string): Promise<void> {
  if ((await findQuery(db, queryId)) === null) throw notFound('query', queryId)
}

function toQueryTarget({ queryId: _, outcome, createdAt, settledAt, ...row }: QueryTargetRow): QueryTarget {
  const known = outcomes.find(word => word === outcome)
  if (known === undefined) throw new Error(`The database holds the outcome '${outcome}'.`)
  return { ...row, outcome: known, createdAt: createdAt.toISOString(), settledAt: settledAt?.toISOString() ?? null }
}
