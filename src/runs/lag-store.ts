import type { Pool } from 'pg'

/** How far the running runs of a broker are behind. */
export interface Lag {
  readonly brokerId: string
  /** Age of the newest recorded alert, of the run where it is oldest [s]. */
  readonly seconds: number
}

/** Lists how far the running runs of these brokers are behind; of runs without an alert that has a time, nothing is known. */
export async function listLags(pool: Pool, brokerIds: readonly string[]): Promise<Lag[]> {
  if (brokerIds.length === 0) return []
  const { rows } = await pool.query<Lag>(
    `SELECT "brokerId", greatest(0, extract(epoch FROM clock_timestamp() - min("newestAlertAt")))::float8 AS seconds
     FROM "Run" WHERE status = 'running' AND kind = 'alerts' AND "brokerId" = ANY($1::text[]) AND "newestAlertAt" IS NOT NULL
     GROUP BY "brokerId"`,
    [brokerIds]
  )
  return rows
}
