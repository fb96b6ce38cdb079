import type { PoolClient } from 'pg'
import { binaryArray, type ElementType, prepared } from '../database.ts'
import type { GenericAlert } from '../domain/alert.ts'
import { nameKey } from '../domain/name.ts'
import { skyPixel } from '../domain/sky.ts'
import { timeOfUuid } from '../domain/uuid.ts'

/** An alert on its way into the store, under an id of ours made beforehand. */
export interface AlertToStore {
  readonly alertId: string
  readonly generic: GenericAlert
  readonly contentHash: Buffer
  readonly raw: string
  readonly rawType: string
}

/** The newest content of one broker alert id, and whether it was stored in this transaction. */
export interface NewestContent {
  readonly alertId: string
  readonly contentHash: Buffer
  /** Whether retention has dropped the alert, or may do so before the results that come to refer to it now. */
  readonly isStale?: boolean
}

/**
 * Takes the keys of a batch, sorted so that two batches cannot deadlock, and holds them until the transaction ends.
 * Answers the newest content by broker alert id; for an id that was not known before, that is the alert given here.
 */
export async function takeKeys(client: PoolClient, brokerId: string, alerts: readonly AlertToStore[]): Promise<Map<string, NewestContent>> {
  const first = firstOfEachId(alerts)
  const ids = [...first.keys()].sort()
  const ordered = ids.flatMap(id => first.get(id) ?? [])
  const inserted = await client.query<{ brokerAlertId: string }>(
    prepared(
      `INSERT INTO "AlertKey" ("brokerId", "brokerAlertId", "alertId", "contentHash")
     SELECT $1, * FROM unnest($2::text[], $3::uuid[], $4::bytea[])
     ON CONFLICT DO NOTHING RETURNING "brokerAlertId"`,
      [brokerId, binaryArray('text', ids, id => id), ...keyArrays(ordered)]
    )
  )
  const newest = new Map<string, NewestContent>(inserted.rows.flatMap(({ brokerAlertId }) => entryOf(first, brokerAlertId)))
  const known = ids.filter(id => !newest.has(id))
  if (known.length === 0) return newest
  const locked = await client.query<{ brokerAlertId: string } & NewestContent & Keeping>(
    `SELECT "brokerAlertId", "alertId", "contentHash", "alertsFrom",
       extract(epoch FROM now() - days * interval '1 day')::float8 * 1000 AS "staleBefore"
     FROM "AlertKey" AS key LEFT JOIN "Retention" ON true
     WHERE "brokerId" = $1 AND "brokerAlertId" = ANY($2::text[]) ORDER BY "brokerAlertId" COLLATE "C" FOR UPDATE OF key`,
    [brokerId, binaryArray('text', known, id => id)]
  )
  for (const { brokerAlertId, alertId, contentHash, ...keeping } of locked.rows) {
    newest.set(brokerAlertId, { alertId, contentHash, isStale: isStale(alertId, keeping) })
  }
  return newest
}

interface Keeping {
  readonly alertsFrom: string | null
  /** [ms since 1970]; null = alerts are kept for ever. */
  readonly staleBefore: number | null
}

function isStale(alertId: string, { alertsFrom, staleBefore }: Keeping): boolean {
  return (alertsFrom !== null && alertId < alertsFrom) || (staleBefore !== null && timeOfUuid(alertId) < staleBefore)
}

function keyArrays(contents: readonly NewestContent[]): Buffer[] {
  return [binaryArray('uuid', contents, ({ alertId }) => alertId), binaryArray('bytea', contents, ({ contentHash }) => contentHash)]
}

function firstOfEachId(alerts: readonly AlertToStore[]): Map<string, AlertToStore> {
  const first = new Map<string, AlertToStore>()
  for (const alert of alerts) if (!first.has(alert.generic.id)) first.set(alert.generic.id, alert)
  return first
}

function entryOf(alerts: ReadonlyMap<string, AlertToStore>, id: string): [string, NewestContent][] {
  const alert = alerts.get(id)
  return alert ? [[id, alert]] : []
}

/** Points keys at newer content. */
export async function moveKeys(client: PoolClient, brokerId: string, moves: ReadonlyMap<string, NewestContent>): Promise<void> {
  if (moves.size === 0) return
  await client.query(
    `UPDATE "AlertKey" SET "alertId" = moved."alertId", "contentHash" = moved."contentHash"
     FROM unnest($2::text[], $3::uuid[], $4::bytea[]) AS moved("brokerAlertId", "alertId", "contentHash")
     WHERE "AlertKey"."brokerId" = $1 AND "AlertKey"."brokerAlertId" = moved."brokerAlertId"`,
    [brokerId, binaryArray('text', [...moves.keys()], id => id), ...keyArrays([...moves.values()])]
  )
}

type Columns = readonly (readonly [name: string, type: ElementType, read: (alert: AlertToStore) => unknown])[]

const columns: Columns = [
  ['id', 'uuid', ({ alertId }) => alertId],
  ['brokerAlertId', 'text', ({ generic }) => generic.id],
  ['objectId', 'text', ({ generic }) => generic.objectId],
  ['name', 'text', ({ generic }) => generic.name],
  ['nameKey', 'text', ({ generic }) => nameKey(generic.name)],
  ['timestamp', 'text', ({ generic }) => generic.timestamp],
  ['ra', 'float8', ({ generic }) => generic.ra],
  ['dec', 'float8', ({ generic }) => generic.dec],
  ['skyPixel', 'bigint', ({ generic: { ra, dec } }) => (ra === null || dec === null ? null : skyPixel(ra, dec).toString())],
  ['mag', 'float8', ({ generic }) => generic.mag],
  ['magError', 'float8', ({ generic }) => generic.magError],
  ['score', 'float8', ({ generic }) => generic.score],
  ['url', 'text', ({ generic }) => generic.url],
  ['survey', 'text', ({ generic }) => generic.survey],
  ['band', 'text', ({ generic }) => generic.band],
  ['classifications', 'jsonb', ({ generic }) => JSON.stringify(generic.classifications ?? [])],
  ['detections', 'integer', ({ generic }) => generic.detections],
  ['raw', 'text', ({ raw }) => raw],
  ['rawType', 'text', ({ rawType }) => rawType],
  ['contentHash', 'bytea', ({ contentHash }) => contentHash]
]

const insertAlerts = `
  INSERT INTO "Alert" ("brokerId", "runId", ${columns.map(([name]) => `"${name}"`).join(', ')})
  SELECT $1, $2, ${columns.map(([name]) => (name === 'timestamp' ? '"timestamp"::timestamptz' : `"${name}"`)).join(', ')}
  FROM unnest(${columns.map(([, type], index) => `$${index + 3}::${type}[]`).join(', ')}) AS alert(${columns.map(([name]) => `"${name}"`).join(', ')})`

/** Where alerts came from. */
export interface AlertSource {
  readonly brokerId: string
  readonly runId: string
}

/** Alerts as the parameters of the statement that stores them. */
export interface AlertRows {
  readonly count: number
  readonly columns: readonly Buffer[]
}

/** Writes alerts as rows for the store. */
export function alertRows(alerts: readonly AlertToStore[]): AlertRows {
  return { count: alerts.length, columns: columns.map(([, type, read]) => binaryArray(type, alerts, read)) }
}

/** Stores alerts, all of one broker and one run, in one statement. */
export async function storeAlerts(client: PoolClient, { brokerId, runId }: AlertSource, rows: AlertRows): Promise<void> {
  if (rows.count === 0) return
  await client.query(prepared(insertAlerts, [brokerId, runId, ...rows.columns]))
}
