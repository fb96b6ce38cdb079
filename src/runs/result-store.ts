import type { Pool } from 'pg'
import { type AlertRow, findAlerts } from '../alerts/store.ts'
import { refuseDropped, resultsDropped } from './results-dropped.ts'

/** Which part of the results of a run is read. */
export interface ResultRange {
  readonly runId: string
  /** Position behind which to begin. */
  readonly after: bigint
  readonly limit: number
}

/** An alert of a run, with its place and what it was to the run. */
export interface RunAlertRow {
  readonly position: bigint
  readonly outcome: 'new' | 'changed' | 'duplicate'
  readonly alert: AlertRow
}

interface MemberRow extends Placed {
  readonly outcome: RunAlertRow['outcome']
  readonly alertId: string
}

/** Lists the alerts of a run in their order; throws 410 when retention has dropped what would come next. */
export async function listRunAlerts(pool: Pool, range: ResultRange): Promise<RunAlertRow[]> {
  const members = await listPart<MemberRow>(pool, { ...range, table: '"RunAlert"', columns: 'outcome, "alertId"' })
  const alerts = await findAlerts(
    pool,
    members.map(({ alertId }) => alertId)
  )
  return members.map(({ position, outcome, alertId }) => {
    const alert = alerts.get(alertId)
    if (alert === undefined) throw resultsDropped()
    return { position: BigInt(position), outcome, alert }
  })
}

interface Placed {
  readonly position: string
}

interface Part extends ResultRange {
  readonly table: '"RunAlert"' | '"Rejection"'
  /** SQL. */
  readonly columns: string
}

interface StandingRow {
  readonly resultsDropped: string
  readonly lastPosition: string
  readonly finishedAt: Date | null
}

/** Reads a part of the results, and in the same snapshot how far they are dropped: what is gone is never taken for what was not there. */
async function listPart<Row extends Placed>(pool: Pool, { runId, after, limit, table, columns }: Part): Promise<Row[]> {
  const { rows } = await pool.query<StandingRow & (Row | { readonly position: null })>(
    `SELECT run."resultsDropped", run."lastPosition", run."finishedAt", part.*
     FROM "Run" AS run LEFT JOIN (
       SELECT position, ${columns} FROM ${table} WHERE "runId" = $1 AND position > $2 ORDER BY position LIMIT $3) AS part ON true
     WHERE run.id = $1 ORDER BY part.position`,
    [runId, after.toString(), limit]
  )
  const [run] = rows
  if (run) refuseDropped({ ...run, resultsDropped: BigInt(run.resultsDropped), lastPosition: BigInt(run.lastPosition) }, after)
  return rows.filter((row): row is StandingRow & Row => row.position !== null)
}

/** A rejection of a run, with its place. */
export interface RejectionRow {
  readonly position: bigint
  readonly reason: string
  readonly raw: string
  readonly rawType: string
}

/** Lists the rejections of a run in their order; throws 410 when retention has dropped what would come next. */
export async function listRejections(pool: Pool, range: ResultRange): Promise<RejectionRow[]> {
  const rows = await listPart<RejectionPart>(pool, { ...range, table: '"Rejection"', columns: 'reason, raw, "rawType"' })
  return rows.map(({ position, reason, raw, rawType }) => ({ position: BigInt(position), reason, raw, rawType }))
}

type RejectionPart = Omit<RejectionRow, 'position'> & Placed

/** An alert of a run and its place. */
export interface RunAlertId {
  readonly position: bigint
  readonly alertId: string
}

/** Lists the ids of the alerts of a run in their order; throws 410 when retention has dropped what would come next. */
export async function listRunAlertIds(pool: Pool, range: ResultRange): Promise<RunAlertId[]> {
  const rows = await listPart<{ position: string; alertId: string }>(pool, { ...range, table: '"RunAlert"', columns: '"alertId"' })
  return rows.map(({ position, alertId }) => ({ position: BigInt(position), alertId }))
}
