import { createHash } from 'node:crypto'
import type { QueryConfig, QueryResultRow } from 'pg'

/** Anything that runs SQL: a pool, a connection of it, or a transaction of Prisma. */
export interface Queryable {
  query<Row extends QueryResultRow>(text: string, values: unknown[]): Promise<{ rows: Row[] }>
}

interface Preparing {
  query<Row extends QueryResultRow>(config: string | QueryConfig<unknown[]>): Promise<{ rows: Row[] }>
}

const namesOfStatements = new Map<string, string>()

/**
 * Makes a statement that each connection parses and plans once: for those of a few texts that are sent often, as each
 * is kept for good. Not for those that look into partitioned tables, where a kept plan locks all partitions.
 */
export function prepared(text: string, values: readonly unknown[]): QueryConfig<unknown[]> {
  const name = namesOfStatements.get(text) ?? createHash('sha256').update(text).digest('base64url').slice(0, 22)
  namesOfStatements.set(text, name)
  return { name, text, values: [...values] }
}

/** Runs all SQL as prepared statements. */
export function planned(db: Preparing): Queryable {
  return {
    query: <Row extends QueryResultRow>(text: string, values: unknown[]) =>
      values.length === 0 ? db.query<Row>(text) : db.query<Row>(prepared(text, values))
  }
}

interface Unsafe {
  $queryRawUnsafe<Rows>(text: string, ...values: unknown[]): PromiseLike<Rows>
}

/** Runs SQL in a transaction of Prisma. */
export function queryableOf(tx: Unsafe): Queryable {
  return {
    query: async <Row extends QueryResultRow>(text: string, values: unknown[]) => ({
      rows: await tx.$queryRawUnsafe<Row[]>(text, ...values)
    })
  }
}
