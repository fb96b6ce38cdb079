import type { PoolClient, QueryResultRow } from 'pg'
import type { Queryable } from '../alerts/store.ts'
import type { Transaction } from '../database.ts'

/** Runs SQL in a transaction of Prisma. */
export function queryableOf(tx: Transaction): Queryable {
  return {
    query: async <Row extends QueryResultRow>(text: string, values: unknown[]) => ({
      rows: await tx.$queryRawUnsafe<Row[]>(text, ...values)
    })
  }
}

const names = new Map<string, string>()

/** Runs SQL on a connection that keeps the plans of its statements. For statements of a few texts only: each is kept for good. */
export function preparedOn(client: PoolClient): Queryable {
  return {
    query: (text, values) => {
      const name = names.get(text) ?? `targets_${names.size}`
      names.set(text, name)
      return client.query({ name, text, values })
    }
  }
}
