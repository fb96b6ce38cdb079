import type { Pool } from 'pg'
import { v7 as uuidv7 } from 'uuid'
import { type AlertRow, findAlerts } from '../alerts/store.ts'
import type { Transaction } from '../database.ts'
import { refuseDropped, resultsDropped } from './results-dropped.ts'

type Reader = Pick<Transaction, 'run'>

/** A row of Run, as the generated client reads it. */
export type RunRow = NonNullable<Awaited<ReturnType<Transaction['run']['findUnique']>>>

/** What a new run is made of. */
export interface RunToCreate {
  /** Left out: `alerts`. */
  readonly kind?: 'alerts' | 'photometry'
  readonly queryId: string | null
  readonly queryName: string | null
  readonly brokerId: string
  readonly parameters: object
  readonly caps: { readonly alerts: number | null; readonly bytes: number | null; readonly seconds: number | null }
  readonly createdBy: string
  /** The request that starts it, and the trace that it belongs to. */
  readonly requestId?: string | null
  readonly traceId?: string | null
  /** Time of the schedule that starts it. */
  readonly scheduledFor?: Date
  /** Only what is newer is wanted [UTC]. */
  readonly newerThan?: Date
}

/** Puts a run in the queue; workers are woken when the transaction commits. */
export async function createRun(tx: Transaction, { caps, parameters, ...run }: RunToCreate): Promise<RunRow> {
  const row = await tx.run.create({
    data: { ...run, id: uuidv7(), parameters: { ...parameters }, capAlerts: caps.alerts, capBytes: caps.bytes, capSeconds: caps.seconds }
  })
  await tx.$executeRaw`SELECT pg_notify('run_queued', ${row.id})`
  return row
}

/** Tells whether a query has a run that has not ended. */
export async function hasActiveRun(db: Reader, queryId: string): Promise<boolean> {
  const run = await db.run.findFirst({ where: { queryId, status: { in: ['queued', 'running'] } }, select: { id: true } })
  return run !== null
}

/** Finds a run; null when there is none. */
export function findRun(db: Reader, runId: string): Promise<RunRow | null> {
  return db.run.findUnique({ where: { id: runId } })
}

/** Which runs a list shows. */
export interface RunFilter {
  readonly queryId?: string
  readonly brokerId?: string
  readonly status?: string
  /** Only runs older than this one. */
  readonly before?: string
  readonly limit: number
}

/** Lists runs, the newest first. */
export function listRuns(db: Reader, { before, limit, ...filter }: RunFilter): Promise<RunRow[]> {
  return db.run.findMany({ where: { ...filter, ...(before && { id: { lt: before } }) }, orderBy: { id: 'desc' }, take: limit })
}

/** Cancels a run that has not ended; answers whether it did. */
export async function cancelRun({ pool }: { pool: Pool }, runId: string): Promise<boolean> {
  const { rowCount } = await pool.query(
    `WITH cancelled AS (
       UPDATE "Run" SET status = 'cancelled', "finishedAt" = clock_timestamp(), "leaseUntil" = NULL
       WHERE id = $1 AND status IN ('queued', 'running') RETURNING id)
     SELECT pg_notify('run_cancelled', id::text), pg_notify('run_changed', id::text) FROM cancelled`,
    [runId]
  )
  return rowCount === 1
}

/** Tells whether a run has ended. */
export function isEnded({ status }: Pick<RunRow, 'status'>): boolean {
  return status === 'succeeded' || status === 'failed' || status === 'cancelled'
}

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
export async function listRunAlertIds(tx: Transaction, { runId, after, limit }: ResultRange): Promise<RunAlertId[]> {
  const rows = await tx.runAlert.findMany({
    where: { runId, position: { gt: after } },
    select: { position: true, alertId: true },
    orderBy: { position: 'asc' },
    take: limit
  })
  // Asked after the rows are read: what was dropped before is then known.
  const run = await findRun(tx, runId)
  if (run) refuseDropped(run, after)
  return rows
}
