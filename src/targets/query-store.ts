import type { Pool, PoolClient, QueryResultRow } from 'pg'
import type { Queryable } from '../alerts/store.ts'
import { inOwnTransaction, type Transaction } from '../database.ts'

/** Runs SQL in a transaction of Prisma. */
export function queryableOf(tx: Transaction): Queryable {
  return {
    query: async <Row extends QueryResultRow>(text: string, values: unknown[]) => ({
      rows: await tx.$queryRawUnsafe<Row[]>(text, ...values)
    })
  }
}

const names = new Map<string, string>()

/** Runs the work in one transaction, on a connection that keeps the plans of its statements. */
export function inPlannedTransaction<T>(pool: Pool, work: (db: Queryable) => Promise<T>): Promise<T> {
  return inOwnTransaction(pool, client => work(beginningOn(client)))
}

/** Begins a transaction with the first statement; one without values takes BEGIN along, which saves a round trip. */
function beginningOn(client: PoolClient): Queryable {
  const prepared = preparedOn(client)
  let isBegun = false
  return {
    query: async <Row extends QueryResultRow>(text: string, values: unknown[]) => {
      if (isBegun) return prepared.query<Row>(text, values)
      isBegun = true
      if (values.length === 0) return { rows: [await client.query<Row>(`BEGIN; ${text}`)].flat().at(-1)?.rows ?? [] }
      await client.query('BEGIN')
      return prepared.query<Row>(text, values)
    }
  }
}

/** Keeps the plans of statements that have values. For statements of a few texts only: each is kept for good. */
function preparedOn(client: PoolClient): Queryable {
  return {
    query: (text, values) => {
      if (values.length === 0) return client.query(text)
      const name = names.get(text) ?? `targets_${names.size}`
      names.set(text, name)
      return client.query({ name, text, values })
    }
  }
}
