import type { QueryResultRow } from 'pg'
import type { Transaction } from '../database.ts'
import type { GenericAlert } from '../domain/alert.ts'
import type { ConeSearch } from '../domain/cone.ts'
import { nameKey } from '../domain/name.ts'
import { type Bind, idsSql } from '../domain/sky-sql.ts'
import type { Alert } from './schemas.ts'

/** Anything that runs SQL: a pool, or a connection of it. */
export interface Queryable {
  query<Row extends QueryResultRow>(text: string, values: unknown[]): Promise<{ rows: Row[] }>
}

/** A row of `alertColumns`. */
export interface AlertRow extends Omit<Alert, 'timestamp' | 'receivedAt'> {
  readonly timestamp: Date | null
  readonly receivedAt: Date
}

const ownColumns = [
  'id',
  'brokerId',
  'brokerAlertId',
  'objectId',
  'name',
  'timestamp',
  'ra',
  'dec',
  'mag',
  'score',
  'url',
  'survey',
  'band',
  'magError',
  'classifications',
  'detections',
  'receivedAt'
]
/** SQL for the columns of an alert and its target; goes with `targetOfAlert`. */
export const alertColumns = `${ownColumns.map(column => `alert."${column}"`).join(', ')}, link."targetId"`
/** SQL that joins the target of an alert, where the row of "Alert" is called `alert`. */
export const targetOfAlert = 'LEFT JOIN "TargetAlert" AS link ON link."alertId" = alert.id'

/** Makes the alert of the API of its row. */
export function toAlert(row: AlertRow): Alert {
  return { ...row, timestamp: row.timestamp?.toISOString() ?? null, receivedAt: row.receivedAt.toISOString() }
}

/** Finds an alert by our id. */
export async function findAlert(db: Queryable, id: string): Promise<Alert | undefined> {
  const { rows } = await db.query<AlertRow>(`SELECT ${alertColumns} FROM "Alert" AS alert ${targetOfAlert} WHERE alert.id = $1`, [id])
  return rows.map(toAlert)[0]
}

/** The text that a broker sent, unchanged. */
export interface Raw {
  readonly raw: string
  /** Media type of raw. */
  readonly rawType: string
}

/** Finds the raw text of an alert by our id. */
export async function findRaw(db: Queryable, id: string): Promise<Raw | undefined> {
  const { rows } = await db.query<Raw>('SELECT raw, "rawType" FROM "Alert" WHERE id = $1', [id])
  return rows[0]
}

/** Which alerts to list. */
export interface AlertFilter {
  readonly brokerId: string | undefined
  readonly objectId: string | undefined
  /** In any spelling. */
  readonly name: string | undefined
  readonly cone: ConeSearch | null
  /** Only alerts that are older than this one, by our id. */
  readonly before: string | null
}

/** Lists alerts, newest first. */
export async function listAlerts(db: Queryable, filter: AlertFilter, limit: number): Promise<Alert[]> {
  const values: unknown[] = []
  const bind: Bind = value => `$${values.push(value)}`
  const ids = idsSql({ table: '"Alert"', cone: filter.cone, conditions: conditionsOf(filter, bind), bind })
  const { rows } = await db.query<AlertRow>(
    `SELECT ${alertColumns}
     FROM (SELECT id FROM (${ids}) AS matching ORDER BY id DESC LIMIT ${bind(limit)}) AS page
     JOIN "Alert" AS alert ON alert.id = page.id ${targetOfAlert}
     ORDER BY alert.id DESC`,
    values
  )
  return rows.map(toAlert)
}

function conditionsOf({ brokerId, objectId, name, before }: AlertFilter, bind: Bind): string[] {
  return [
    ...(brokerId === undefined ? [] : [`item."brokerId" = ${bind(brokerId)}`]),
    ...(objectId === undefined ? [] : [`item."objectId" = ${bind(objectId)}`]),
    ...(name === undefined ? [] : [`item."nameKey" = ${bind(nameKey(name))}`]),
    ...(before === null ? [] : [`item.id < ${bind(before)}::uuid`])
  ]
}

/** A stored alert as what it becomes is made of it. */
export interface StoredAlert extends Raw {
  readonly id: string
  readonly brokerId: string
  readonly generic: GenericAlert
}

/** Finds alerts by our ids inside a transaction; with their raw text where it is of one of these brokers, which saves reading the rest. */
export async function findStoredAlerts(
  tx: Transaction,
  ids: readonly string[],
  brokersWithRaw: readonly string[]
): Promise<Map<string, StoredAlert>> {
  if (ids.length === 0) return new Map()
  const rows = await tx.$queryRawUnsafe<(AlertRow & Raw)[]>(
    `SELECT ${alertColumns}, CASE WHEN alert."brokerId" = ANY($2::text[]) THEN alert.raw ELSE '' END AS raw, alert."rawType"
     FROM unnest($1::uuid[]) AS wanted(id)
     CROSS JOIN LATERAL (SELECT * FROM "Alert" WHERE id = wanted.id OFFSET 0) AS alert
     LEFT JOIN LATERAL (SELECT "targetId" FROM "TargetAlert" WHERE "alertId" = alert.id OFFSET 0) AS link ON true`,
    ids,
    brokersWithRaw
  )
  return new Map(
    rows.map(({ raw, rawType, ...row }) => [row.id, { id: row.id, brokerId: row.brokerId, generic: toGeneric(toAlert(row)), raw, rawType }])
  )
}

function toGeneric(alert: Alert): GenericAlert {
  const { brokerAlertId: id, name, timestamp, ra, dec, mag, score, url } = alert
  const { objectId, survey, band, magError, classifications, detections } = alert
  return { id, name, timestamp, ra, dec, mag, score, url, objectId, survey, band, magError, classifications, detections }
}
