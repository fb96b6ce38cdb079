import type { Pool, PoolClient, QueryResultRow } from 'pg'
import type { Queryable } from '../alerts/store.ts'
import { inOwnTransaction, prepared, type Transaction } from '../database.ts'

/** Runs SQL in a transaction of Prisma. */
export function queryableOf(tx: Transaction): Queryable {
  return {
    query: async <Row extends QueryResultRow>(text: string, values: unknown[]) => ({
      rows: await tx.$queryRawUnsafe<Row[]>(text, ...values)
    })
  }
}

/** Runs the work in one transaction, on a connection that keeps the plans of its statements. */
export function inPlannedTransaction<T>(pool: Pool, work: (db: Queryable) => Promise<T>): Promise<T> {
  return inOwnTransaction(pool, client => work(beginningOn(client)))
}

/** Begins a transaction with the first statement; one without values takes BEGIN along, which saves a round trip. */
function beginningOn(client: PoolClient): Queryable {
  const send = <Row extends QueryResultRow>(text: string, values: unknown[]) =>
    values.length === 0 ? client.query<Row>(text) : client.query<Row>(prepared(text, values))
  let isBegun = false
  return {
    query: async <Row extends QueryResultRow>(text: string, values: unknown[]) => {
      if (isBegun) return send<Row>(text, values)
      isBegun = true
      if (values.length === 0) return { rows: [await client.query<Row>(`BEGIN; ${text}`)].flat().at(-1)?.rows ?? [] }
      await client.query('BEGIN')
      return send<Row>(text, values)
    }
  }
}
