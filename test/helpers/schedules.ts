import type { Database } from '../../src/database.ts'

/** Lets the next time of a query's schedule come, a moment or some hours ago; answers that time. */
export async function comeDue({ pool }: Database, queryId: string, { hoursAgo = 0 } = {}): Promise<Date> {
  const { rows } = await pool.query<{ dueAt: Date }>(
    `UPDATE "BrokerQuery" SET "nextRunsAt" = ARRAY[clock_timestamp() - interval '10 ms' - $2 * interval '1 h']::timestamptz(3)[]
     WHERE id = $1 RETURNING "nextRunsAt"[1] AS "dueAt"`,
    [queryId, hoursAgo]
  )
  const [row] = rows
  if (row === undefined) throw new Error('There is no such query.')
  return row.dueAt
}
