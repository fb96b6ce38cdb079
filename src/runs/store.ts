import type { Pool } from 'pg'
import { v7 as uuidv7 } from 'uuid'
import { type AlertRow, alertColumns, targetOfAlert } from '../alerts/store.ts'
import type { Transaction } from '../database.ts'

type Reader = Pick<Transaction, 'run'>

/** A row of Run, as the generated client reads it. */
export type RunRow = NonNullable<Awaited<ReturnType<Transaction['run']['findUnique']>>>

/** What a new run is made of. */
export interface RunToCreate {
  readonly queryId: string | null
  readonly queryName: string | null
  readonly brokerId: string
  readonly parameters: object
  readonly caps: { readonly alerts: number | null; readonly bytes: number | null; readonly seconds: number | null }
  readonly createdBy: string
}

/** Puts a run in the queue; workers are woken when the transaction commits. */
export async function createRun(tx: Transaction, { caps, parameters, ...run }: RunToCreate): Promise<RunRow> {
  const row = await tx.run.create({
    data: { ...run, id: uuidv7(), parameters: { ...parameters }, capAlerts: caps.alerts, capBytes: caps.bytes, capSeconds: caps.seconds }
  })
  await tx.$executeRaw`SELECT pg_notify('run_queued', ${row.id})`
  return row
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

/** Lists the alerts of a run in their order. */
export async function listRunAlerts(pool: Pool, { runId, after, limit }: ResultRange): Promise<RunAlertRow[]> {
  const { rows } = await pool.query<AlertRow & { position: string; outcome: RunAlertRow['outcome'] }>(
    `SELECT member.position, member.outcome, ${alertColumns}
     FROM (SELECT * FROM "RunAlert" WHERE "runId" = $1 AND position > $2 ORDER BY position LIMIT $3) AS member
     JOIN "Alert" AS alert ON alert.id = member."alertId" ${targetOfAlert}
     ORDER BY member.position`,
    [runId, after.toString(), limit]
  )
  return rows.map(({ position, outcome, ...alert }) => ({ position: BigInt(position), outcome, alert }))
}

/** A rejection of a run, with its place. */
export interface RejectionRow {
  readonly position: bigint
  readonly reason: string
  readonly raw: string
  readonly rawType: string
}

/** Lists the rejections of a run in their order. */
export async function listRejections(pool: Pool, { runId, after, limit }: ResultRange): Promise<RejectionRow[]> {
  const { rows } = await pool.query<Omit<RejectionRow, 'position'> & { position: string }>(
    `SELECT position, reason, raw, "rawType" FROM "Rejection" WHERE "runId" = $1 AND position > $2 ORDER BY position LIMIT $3`,
    [runId, after.toString(), limit]
  )
  return rows.map(row => ({ ...row, position: BigInt(row.position) }))
}

/** An alert of a run and its place. */
export interface RunAlertId {
  readonly position: bigint
  readonly alertId: string
}

/** Lists the ids of the alerts of a run in their order. */
export function listRunAlertIds(tx: Pick<Transaction, 'runAlert'>, { runId, after, limit }: ResultRange): Promise<RunAlertId[]> {
  return tx.runAlert.findMany({
    where: { runId, position: { gt: after } },
    select: { position: true, alertId: true },
    orderBy: { position: 'asc' },
    take: limit
  })
}
