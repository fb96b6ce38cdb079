import type { Queryable } from '../database.ts'
import { firstUuidAt, timeOfUuid } from '../domain/uuid.ts'

/** Tables that are partitioned by the day in a UUIDv7 key. */
export type PartitionedTable = 'Alert' | 'RunAlert' | 'Rejection'

/** A partition: what it holds has keys from `low` up to, but not including, `high`. */
export interface Partition {
  readonly name: string
  readonly low: string
  readonly high: string
}

/** A day [ms]. */
export const day = 86_400_000
/** So many partitions are asked in one statement: each takes a lock of its table and of every index. */
const partitionsAtOnce = 32
/** What is newest is looked for in so many days first. */
const firstDays = 8

/** Lists the partitions of a table, the oldest first; the default one, which has no bounds, is not among them. */
export async function listPartitions(db: Queryable, table: PartitionedTable): Promise<Partition[]> {
  const { rows } = await db.query<Partition>(
    `SELECT relname AS name, coalesce(bounds[1], '${firstUuidAt(0)}') AS low, bounds[2] AS high
     FROM pg_inherits JOIN pg_class ON pg_class.oid = inhrelid
     CROSS JOIN regexp_match(pg_get_expr(relpartbound, inhrelid), 'FROM \\((?:''(.*)''|MINVALUE)\\) TO \\(''(.*)''\\)') AS bounds
     WHERE inhparent = $1::regclass AND bounds IS NOT NULL ORDER BY 2`,
    [`"${table}"`]
  )
  return rows
}

/** Gathers keys by the day in them, because those of one day are in one partition, and deals the days out to statements. */
export function inStatements(ids: readonly string[]): string[][][] {
  // What is no UUIDv7 mostly seems to be of the far future: all of that is in the default partition.
  const last = Math.floor(Date.now() / day) + 30
  const days = [...Map.groupBy(ids, id => Math.min(Math.floor(timeOfUuid(id) / day), last)).values()]
  return Array.from({ length: Math.ceil(days.length / partitionsAtOnce) }, (_, index) =>
    days.slice(index * partitionsAtOnce, (index + 1) * partitionsAtOnce)
  )
}

/**
 * SQL for the rows of "Alert" with some ids, which are given as text[] parameters, one for each day. PostgreSQL plans and
 * locks all partitions that a statement may need: so it needs no more than those that the rows are in.
 */
export function alertsOfDaysSql(days: readonly unknown[], firstParameter = 1): string {
  return days.map((_, index) => `SELECT * FROM "Alert" WHERE id = ANY($${firstParameter + index}::uuid[])`).join(' UNION ALL ')
}

/** A range of keys: from `low`, null = from the least, up to `high`, null = to the greatest. */
export interface KeyRange {
  readonly low: string | null
  readonly high: string | null
}

/** Cuts the keys below a given one into ranges of few partitions, the newest first, for those who look for what is newest. */
export async function* newestRanges(db: Queryable, before: string | null): AsyncGenerator<KeyRange> {
  const newest = before === null ? Date.now() : Math.min(Date.now(), timeOfUuid(before))
  let low = firstUuidAt(newest - firstDays * day)
  yield { low, high: before }
  const partitions = (await listPartitions(db, 'Alert')).reverse()
  for (;;) {
    const older = partitions.filter(partition => partition.low < low)
    const next = older.length > partitionsAtOnce ? older[partitionsAtOnce - 1]?.low : undefined
    yield { low: next ?? null, high: low }
    if (next === undefined) return
    low = next
  }
}
