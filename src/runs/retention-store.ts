import type { Pool, PoolClient } from 'pg'
import { listPartitions, type Partition } from '../alerts/partition-store.ts'
import { firstUuidAt } from '../domain/uuid.ts'
import { keepHouse } from './house-store.ts'

/** Tells all who record how long results are kept [day]; null = for ever. */
export async function publishRetention(pool: Pool, days: number | null): Promise<void> {
  await pool.query('INSERT INTO "Retention" (days) VALUES ($1) ON CONFLICT (id) DO UPDATE SET days = excluded.days', [days])
}

/** Notes once a day how far runs that go on for days have come, so that what is behind it can be dropped before they end. */
export async function closeSegments(pool: Pool): Promise<void> {
  await pool.query(
    `INSERT INTO "RunSegment" ("runId", "lastPosition")
     SELECT id, "lastPosition" FROM "Run"
     WHERE status IN ('queued', 'running') AND "lastPosition" > 0 AND "startedAt" < now() - interval '1 day'
       AND NOT EXISTS (SELECT FROM "RunSegment" WHERE "runId" = "Run".id AND "closedAt" > now() - interval '1 day')
     ON CONFLICT DO NOTHING`
  )
}

const expired = `clock_timestamp() - $1 * interval '1 day'`
const positionsAtOnce = 10_000n

/** Drops the results that long runs recorded more than so many days ago, piece by piece; the runs may still go on. */
export async function trimRuns(pool: Pool, days: number): Promise<void> {
  const { rows } = await pool.query<{ runId: string; dropped: string; end: string }>(
    `SELECT run.id AS "runId", run."resultsDropped" AS dropped, max(segment."lastPosition") AS end
     FROM "RunSegment" AS segment JOIN "Run" AS run ON run.id = segment."runId"
     WHERE segment."closedAt" < ${expired} AND segment."lastPosition" > run."resultsDropped" GROUP BY run.id`,
    [days]
  )
  for (const { runId, ...run } of rows) {
    const end = BigInt(run.end)
    for (let position = BigInt(run.dropped); position < end; ) {
      position = position + positionsAtOnce < end ? position + positionsAtOnce : end
      if ((await keepHouse(pool, client => trimRun(client, runId, position))) === null) return
    }
  }
}

async function trimRun(client: PoolClient, runId: string, position: bigint): Promise<true> {
  const values = [runId, position.toString()]
  await client.query('UPDATE "Run" SET "resultsDropped" = $2 WHERE id = $1', values)
  for (const table of ['RunAlert', 'Rejection', 'RunSegment']) {
    const column = table === 'RunSegment' ? 'lastPosition' : 'position'
    await client.query(`DELETE FROM "${table}" WHERE "runId" = $1 AND "${column}" <= $2`, values)
  }
  return true
}

/** Drops the results of the days whose runs have all ended more than so many days ago; answers the names of what was dropped. */
export async function dropResults(pool: Pool, days: number, now: number): Promise<string[]> {
  const bound = firstUuidAt(now - days * 86_400_000)
  const rejections = await listPartitions(pool, 'Rejection')
  const dropped: string[] = []
  for (const partition of await listPartitions(pool, 'RunAlert')) {
    if (partition.high > bound) continue
    const twin = rejections.find(({ low, high }) => low === partition.low && high === partition.high)
    const names = await keepHouse(pool, client =>
      dropDay(client, { days, partition, names: [partition.name, ...(twin ? [twin.name] : [])] })
    )
    dropped.push(...(names ?? []))
  }
  await keepHouse(pool, client => emptyDefaults(client, days))
  return dropped
}

interface Drop {
  readonly days: number
  readonly partition: Partition
  readonly names: readonly string[]
}

async function dropDay(client: PoolClient, { days, partition: { low, high }, names }: Drop): Promise<readonly string[]> {
  await client.query(
    `UPDATE "Run" SET "resultsDropped" = "lastPosition"
     WHERE id >= $2 AND id < $3 AND "resultsDropped" < "lastPosition" AND "finishedAt" < ${expired}`,
    [days, low, high]
  )
  // With the tables held, nobody can record any more what the next statement does not see.
  await client.query('LOCK TABLE ONLY "RunAlert", ONLY "Rejection" IN ACCESS EXCLUSIVE MODE')
  const { rows } = await client.query<{ inUse: boolean }>(
    `SELECT EXISTS (SELECT FROM "Run" WHERE id >= $1 AND id < $2 AND ("resultsDropped" < "lastPosition" OR "finishedAt" IS NULL)) AS "inUse"`,
    [low, high]
  )
  if (rows[0]?.inUse) return []
  for (const name of names) await client.query(`DROP TABLE "${name}"`)
  await client.query('DELETE FROM "RunSegment" WHERE "runId" >= $1 AND "runId" < $2', [low, high])
  return names
}

/** The default partitions hold what came by a wrong clock, or while nobody kept house: little. */
async function emptyDefaults(client: PoolClient, days: number): Promise<void> {
  for (const table of ['RunAlert_default', 'Rejection_default']) {
    await client.query(
      `WITH ended AS (
         UPDATE "Run" SET "resultsDropped" = "lastPosition"
         WHERE id IN (SELECT DISTINCT "runId" FROM "${table}") AND "finishedAt" < ${expired} RETURNING id)
       DELETE FROM "${table}" WHERE "runId" IN (SELECT id FROM ended)`,
      [days]
    )
  }
}

/** Drops the days of alerts that are older than so many days and that no result refers to any more; answers their names. */
export async function dropAlerts(pool: Pool, days: number, now: number): Promise<string[]> {
  const bound = await alertBound(pool, firstUuidAt(now - days * 86_400_000))
  const dropped: string[] = []
  for (const { name, high } of await listPartitions(pool, 'Alert')) {
    if (high > bound) break
    if ((await keepHouse(pool, client => dropAlertsBefore(client, high, `DROP TABLE "${name}"`))) === true) dropped.push(name)
  }
  await keepHouse(pool, client => dropAlertsBefore(client, bound, `DELETE FROM "Alert_default" WHERE id < '${bound}'`))
  return dropped
}

/** Answers the least id that is still needed, but none above the given one. */
async function alertBound(db: Pick<Pool | PoolClient, 'query'>, highest: string): Promise<string> {
  const { rows } = await db.query<{ id: string }>(
    'SELECT "alertId" AS id FROM "RunAlert" WHERE "alertId" < $1 ORDER BY "alertId" LIMIT 1',
    [highest]
  )
  return rows[0]?.id ?? highest
}

async function dropAlertsBefore(client: PoolClient, bound: string, statement: string): Promise<boolean> {
  // Whoever records takes keys first: with them held, nobody can refer any more to what the next statement does not see.
  await client.query('LOCK TABLE "AlertKey" IN SHARE ROW EXCLUSIVE MODE')
  if ((await alertBound(client, bound)) < bound) return false
  await client.query(
    `INSERT INTO "Retention" ("alertsFrom") VALUES ($1)
     ON CONFLICT (id) DO UPDATE SET "alertsFrom" = greatest("Retention"."alertsFrom", excluded."alertsFrom")`,
    [bound]
  )
  await client.query(statement)
  return true
}
