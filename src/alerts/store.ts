import type { Queryable } from '../database.ts'
import type { GenericAlert } from '../domain/alert.ts'
import type { ConeSearch } from '../domain/cone.ts'
import { nameKey } from '../domain/name.ts'
import { type Bind, idsSql } from '../domain/sky-sql.ts'
import { alertsOfDaysSql, inStatements, type KeyRange, newestRanges } from './partition-store.ts'
import type { Alert } from './schemas.ts'

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
const alertColumns = `${ownColumns.map(column => `alert."${column}"`).join(', ')}, link."targetId"`
/** SQL that joins the target of an alert, where the row of "Alert" is called `alert`. */
const targetOfAlert = 'LEFT JOIN "TargetAlert" AS link ON link."alertId" = alert.id'

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
  const ids: string[] = []
  for await (const range of newestRanges(db, filter.before)) {
    ids.push(...(await newestIds(db, { ...filter, range }, limit - ids.length)))
    if (ids.length >= limit) break
  }
  const found = await findAlerts(db, ids)
  return ids.flatMap(id => found.get(id) ?? []).map(toAlert)
}

/** Finds alerts by our ids. */
export async function findAlerts(db: Queryable, ids: readonly string[]): Promise<Map<string, AlertRow>> {
  const found = new Map<string, AlertRow>()
  for (const days of inStatements(ids)) {
    const { rows } = await db.query<AlertRow>(`SELECT ${alertColumns} FROM (${alertsOfDaysSql(days)}) AS alert ${targetOfAlert}`, days)
    for (const row of rows) found.set(row.id, row)
  }
  return found
}

type Part = Omit<AlertFilter, 'before'> & { readonly range: KeyRange }

async function newestIds(db: Queryable, part: Part, limit: number): Promise<string[]> {
  const values: unknown[] = []
  const bind: Bind = value => `$${values.push(value)}`
  const ids = idsSql({ table: '"Alert"', cone: part.cone, conditions: conditionsOf(part, bind), bind })
  const { rows } = await db.query<{ id: string }>(`SELECT id FROM (${ids}) AS matching ORDER BY id DESC LIMIT ${bind(limit)}`, values)
  return rows.map(({ id }) => id)
}

function conditionsOf({ brokerId, objectId, name, range: { low, high } }: Part, bind: Bind): string[] {
  return [
    ...(brokerId === undefined ? [] : [`item."brokerId" = ${bind(brokerId)}`]),
    ...(objectId === undefined ? [] : [`item."objectId" = ${bind(objectId)}`]),
    ...(name === undefined ? [] : [`item."nameKey" = ${bind(nameKey(name))}`]),
    ...(low === null ? [] : [`item.id >= ${bind(low)}::uuid`]),
    ...(high === null ? [] : [`item.id < ${bind(high)}::uuid`])
  ]
}

/** A stored alert as what it becomes is made of it. */
export interface StoredAlert extends Raw {
  readonly id: string
  readonly brokerId: string
  /** Run that brought it; null when that is not known. */
  readonly runId: string | null
  readonly generic: GenericAlert
}

/** Finds alerts by our ids; with their raw text where it is of one of these brokers, which saves reading the rest. */
export async function findStoredAlerts(
  db: Queryable,
  ids: readonly string[],
  brokersWithRaw: readonly string[]
): Promise<Map<string, StoredAlert>> {
  const found = new Map<string, StoredAlert>()
  for (const days of inStatements(ids)) {
    const { rows } = await db.query<AlertRow & Raw & { readonly runId: string | null }>(
      `SELECT ${alertColumns}, CASE WHEN alert."brokerId" = ANY($1::text[]) THEN alert.raw ELSE '' END AS raw, alert."rawType", alert."runId"
       FROM (${alertsOfDaysSql(days, 2)}) AS alert
       LEFT JOIN LATERAL (SELECT "targetId" FROM "TargetAlert" WHERE "alertId" = alert.id OFFSET 0) AS link ON true`,
      [brokersWithRaw, ...days]
    )
    for (const { raw, rawType, runId, ...row } of rows) {
      found.set(row.id, { id: row.id, brokerId: row.brokerId, runId, generic: toGeneric(toAlert(row)), raw, rawType })
    }
  }
  return found
}

function toGeneric(alert: Alert): GenericAlert {
  const { brokerAlertId: id, name, timestamp, ra, dec, mag, score, url } = alert
  const { objectId, survey, band, magError, classifications, detections } = alert
  return { id, name, timestamp, ra, dec, mag, score, url, objectId, survey, band, magError, classifications, detections }
}
