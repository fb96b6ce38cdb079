import type { PoolClient } from 'pg'
import { v7 as uuidv7 } from 'uuid'
import type { Point } from './read-point.ts'

/** Keeps a target from being deleted until the transaction ends; false when there is none. */
export async function holdTarget(client: PoolClient, targetId: string): Promise<boolean> {
  const { rowCount } = await client.query(`SELECT FROM "Target" WHERE id = $1 FOR KEY SHARE`, [targetId])
  return rowCount === 1
}

/** Who tells points of what. */
export interface Telling {
  readonly targetId: string
  readonly brokerId: string
  readonly runId: string
}

/** What points were to the service [count]; the others it had already. */
export interface Stored {
  readonly new: number
  readonly changed: number
}

const values = ['timestamp', 'band', 'telescope', 'mag', 'magError', 'flux', 'fluxError'].map(column => `"${column}"`)
const ofRow = (row: string) => values.map(column => `${row}.${column}`).join(', ')
const differs = `(${ofRow('point')}) IS DISTINCT FROM (${ofRow('excluded')})`

/**
 * Stores points in one statement. A broker that tells what it told before changes nothing, whatever others have told
 * since: so two brokers that disagree do not overwrite one another at every refresh.
 */
export async function storePoints(client: PoolClient, telling: Telling, points: readonly Point[]): Promise<Stored> {
  const { rows } = await client.query<Stored>(
    `WITH stored AS (
       INSERT INTO "PhotometryPoint" AS point
         (id, "targetId", key, survey, "sourceId", kind, ${values.join(', ')}, told, "runId", "firstSeenAt", "updatedAt")
       SELECT id, $1, key, survey, "sourceId", kind, ${values.join(', ')}, jsonb_build_object($2::text, hash), $3, now(), now()
       FROM unnest($4::uuid[], $5::bytea[], $6::text[], $7::text[], $8::text[], $9::timestamptz[], $10::text[], $11::text[],
                   $12::float8[], $13::float8[], $14::float8[], $15::float8[], $16::text[])
         AS telling(id, key, survey, "sourceId", kind, ${values.join(', ')}, hash)
       ORDER BY key
       ON CONFLICT ("targetId", key) DO UPDATE SET
         (${values.join(', ')}) = ROW(${ofRow('excluded')}), told = point.told || excluded.told,
         "runId" = CASE WHEN ${differs} THEN excluded."runId" ELSE point."runId" END,
         "updatedAt" = CASE WHEN ${differs} THEN excluded."updatedAt" ELSE point."updatedAt" END
       WHERE point.told -> $2 IS DISTINCT FROM excluded.told -> $2
       RETURNING point.xmax = 0 AS "isNew", point."runId" = $3 AS "isOurs")
     SELECT count(*) FILTER (WHERE "isNew")::int AS new, count(*) FILTER (WHERE "isOurs" AND NOT "isNew")::int AS changed FROM stored`,
    [telling.targetId, telling.brokerId, telling.runId, ...columnsOf(points)]
  )
  return rows[0] ?? { new: 0, changed: 0 }
}

function columnsOf(points: readonly Point[]): unknown[] {
  return [
    points.map(() => uuidv7()),
    points.map(({ key }) => key),
    points.map(({ survey }) => survey),
    points.map(({ sourceId }) => sourceId),
    points.map(({ kind }) => kind),
    points.map(({ timestamp }) => timestamp),
    points.map(({ band }) => band),
    points.map(({ telescope }) => telescope),
    points.map(({ mag }) => mag),
    points.map(({ magError }) => magError),
    points.map(({ flux }) => flux),
    points.map(({ fluxError }) => fluxError),
    points.map(({ hash }) => hash)
  ]
}
