import type { Pool } from 'pg'
import type { PartitionedTable } from '../../src/alerts/partition-store.ts'
import { firstUuidAt, timeOfUuid } from '../../src/domain/uuid.ts'
import { keepHouse, makePartition } from '../../src/runs/house-store.ts'

const partitioned: readonly PartitionedTable[] = ['Alert', 'RunAlert', 'Rejection']
const ids: Readonly<Record<string, readonly string[]>> = {
  Run: ['id'],
  RunSegment: ['runId'],
  RunAlert: ['runId', 'alertId'],
  Rejection: ['runId'],
  Alert: ['id'],
  AlertKey: ['alertId'],
  TargetAlert: ['alertId']
}
const times: Readonly<Record<string, readonly string[]>> = { Run: ['createdAt', 'startedAt', 'finishedAt'], RunSegment: ['closedAt'] }

const day = 86_400_000

/** Makes everything in the store so many days older, with the partitions of the days in which it then is; answers what an id has become. */
export async function letDaysPass(pool: Pool, days: number): Promise<(id: string) => string> {
  for (const [table, columns] of Object.entries(ids)) {
    const older = columns.map(column => `"${column}" = pg_temp.older("${column}", ${days})`)
    const earlier = (times[table] ?? []).map(column => `"${column}" = "${column}" - interval '${days} days'`)
    await pool.query(
      `CREATE OR REPLACE FUNCTION pg_temp.older(id uuid, days int) RETURNS uuid LANGUAGE sql AS $$
         SELECT (lpad(to_hex(('x' || left(translate(id::text, '-', ''), 12))::bit(48)::bigint - days * 86400000::bigint), 12, '0')
           || substr(translate(id::text, '-', ''), 13))::uuid $$;
       UPDATE "${table}" SET ${[...older, ...earlier].join(', ')}`
    )
  }
  for (const table of partitioned) {
    const { rows } = await pool.query<{ id: string }>(`SELECT ${table === 'Alert' ? 'id' : '"runId"'} AS id FROM "${table}_default"`)
    const dayNumbers = new Set(rows.map(({ id }) => Math.floor(timeOfUuid(id) / day)))
    for (const dayNumber of dayNumbers) await keepHouse(pool, client => makePartition(client, table, dayNumber))
  }
  return id => firstUuidAt(timeOfUuid(id) - days * day).slice(0, 13) + id.slice(13)
}
