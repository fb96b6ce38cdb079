import type { Pool, PoolClient } from 'pg'
import { day, listPartitions, type PartitionedTable } from '../alerts/partition-store.ts'
import { inTransaction } from '../database.ts'
import { firstUuidAt, timeOfUuid } from '../domain/uuid.ts'

/** Whoever keeps house holds this advisory lock until the end of a transaction, which works through any pooler. */
const houseLock = 72_707_371
/** A step that would have to wait longer for a lock gives up, because those who record would wait behind it. */
const lockTimeout = '1s'

/** Does one step of housekeeping in a transaction of its own; answers null when another process is at it. */
export function keepHouse<T>(pool: Pool, work: (client: PoolClient) => Promise<T>): Promise<T | null> {
  return inTransaction(pool, async client => {
    await client.query(`SET LOCAL lock_timeout = '${lockTimeout}'`)
    const { rows } = await client.query<{ mine: boolean }>('SELECT pg_try_advisory_xact_lock($1) AS mine', [houseLock])
    return rows[0]?.mine ? work(client) : null
  })
}

/** Tells whether a step failed only because it did not get its locks in time. */
export function isBusy(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === '55P03' || error.code === '40P01')
}

/** Answers PostgreSQL's time, in milliseconds since 1970 [UTC]. */
export async function readClock(pool: Pool): Promise<number> {
  const { rows } = await pool.query<{ now: number }>('SELECT extract(epoch FROM clock_timestamp())::float8 * 1000 AS now')
  return rows[0]?.now ?? Date.now()
}

const keys: Readonly<Record<PartitionedTable, string>> = { Alert: 'id', RunAlert: 'runId', Rejection: 'runId' }
const tables: readonly PartitionedTable[] = ['Alert', 'RunAlert', 'Rejection']
const daysAhead = 7
/** After a longer standstill the days between are left to the default partition [day]. */
const longestGap = 31

/** Makes the partitions that are missing up to a week ahead; answers their names. */
export async function makePartitions(pool: Pool): Promise<string[]> {
  const today = Math.floor((await readClock(pool)) / day)
  const made: string[] = []
  for (const table of tables) {
    const partitions = await listPartitions(pool, table)
    const end = Math.ceil(timeOfUuid(partitions.at(-1)?.high ?? firstUuidAt(today * day)) / day)
    for (let next = Math.max(Math.min(end, today), today - longestGap); next <= today + daysAhead; next++) {
      const name = await keepHouse(pool, client => makePartition(client, table, next))
      if (name) made.push(name)
    }
  }
  return made
}

/** Makes the partition of one day (counted from 1970), with what the default one holds of it; null when that day has one. */
export async function makePartition(client: PoolClient, table: PartitionedTable, dayNumber: number): Promise<string | null> {
  const [low, high] = [firstUuidAt(dayNumber * day), firstUuidAt((dayNumber + 1) * day)]
  const partitions = await listPartitions(client, table)
  if (partitions.some(partition => partition.low < high && low < partition.high)) return null
  const name = `${table}_${new Date(dayNumber * day).toISOString().slice(0, 10).replaceAll('-', '')}`
  await client.query(`CREATE TABLE "${name}" (LIKE "${table}" INCLUDING ALL)`)
  // For a moment the table is ours alone: what is on its way to the default partition would be refused there, and a weaker
  // lock would have those who read before they write wait for us while we wait for them.
  await client.query(`LOCK TABLE ONLY "${table}" IN ACCESS EXCLUSIVE MODE`)
  await client.query(
    `WITH moved AS (DELETE FROM "${table}_default" WHERE "${keys[table]}" >= $1 AND "${keys[table]}" < $2 RETURNING *)
     INSERT INTO "${name}" SELECT * FROM moved`,
    [low, high]
  )
  await client.query(`ALTER TABLE "${table}" ATTACH PARTITION "${name}" FOR VALUES FROM ('${low}') TO ('${high}')`)
  return name
}
