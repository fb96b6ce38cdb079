import type { Pool } from 'pg'
import { type AlertRow, findAlerts } from '../alerts/store.ts'
import type { Queryable, Transaction } from '../database.ts'
import { firstUuidAt } from '../domain/uuid.ts'
import { Prisma } from '../generated/prisma/client.ts'
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

// By name: a kept plan of `*` would fail in a process of this release once the next one has added a column.
const columns = Object.values(Prisma.RunScalarFieldEnum)
  .map(column => `"${column}"`)
  .join(', ')

const createSql = `
  WITH instant AS MATERIALIZED (SELECT date_trunc('milliseconds', clock_timestamp()) AS now), created AS (
    INSERT INTO "Run" (id, kind, "queryId", "queryName", "brokerId", parameters, "capAlerts", "capBytes", "capSeconds", "createdBy", "requestId",
      "traceId", "scheduledFor", "newerThan", "createdAt")
    SELECT (lpad(to_hex((extract(epoch FROM now) * 1000)::bigint), 12, '0') || '-7' || substr(gen_random_uuid()::text, 16))::uuid,
      $1, $2::uuid, $3, $4, $5::jsonb, $6::int, $7::bigint, $8::int, $9, $10, $11, $12::timestamptz, $13::timestamptz, now FROM instant
    RETURNING ${columns}
  ), marked AS (
    UPDATE "BrokerQuery" SET "lastRunAt" = now FROM instant WHERE id = $2::uuid
  )
  SELECT ${columns}, pg_notify('run_queued', id::text)::text AS told FROM created`

/**
 * Puts a run in the queue, and notes it at its query, by one statement; workers are woken when it is committed. Its id is a UUIDv7 of the instant in
 * `createdAt`, by PostgreSQL's clock, so that a list in the order of ids is one in time, whichever process made the run.
 */
export async function createRun(db: Queryable, { caps, parameters, ...run }: RunToCreate): Promise<RunRow> {
  const { kind = 'alerts', queryId, queryName, brokerId, createdBy, requestId, traceId, scheduledFor, newerThan } = run
  const what = [kind, queryId, queryName, brokerId, JSON.stringify(parameters), caps.alerts, caps.bytes, caps.seconds]
  const why = [createdBy, requestId ?? null, traceId ?? null, scheduledFor ?? null, newerThan ?? null]
  const { rows } = await db.query<RunRow>(createSql, [...what, ...why])
  const [row] = rows.map(exact)
  if (row === undefined) throw new Error('The database did not answer the run that it stored.')
  return row
}

/** Gives a run the types of the generated client: node-postgres answers bigint as text. */
function exact({ told: _, ...row }: RunRow & { readonly told?: unknown }): RunRow {
  const { capBytes, receivedBytes, lastPosition, resultsDropped } = row
  return {
    ...row,
    capBytes: capBytes === null ? null : BigInt(capBytes),
    receivedBytes: BigInt(receivedBytes),
    lastPosition: BigInt(lastPosition),
    resultsDropped: BigInt(resultsDropped)
  }
}

/** Tells whether a query has a run; only of these states, if they are told. */
export async function hasRun(db: Reader, { queryId, statuses }: { queryId: string; statuses?: string[] }): Promise<boolean> {
  const where = { queryId, ...(statuses && { status: { in: statuses } }) }
  return (await db.run.findFirst({ where, select: { id: true } })) !== null
}

/** Finds a run; null when there is none. */
export async function findRun(db: Queryable, runId: string): Promise<RunRow | null> {
  const { rows } = await db.query<RunRow>(`SELECT ${columns} FROM "Run" WHERE id = $1`, [runId])
  const [row] = rows.map(exact)
  return row ?? null
}

/** Which runs a list shows. */
export interface RunFilter {
  readonly queryId?: string
  readonly brokerId?: string
  readonly status?: string
  /** From when on, and until before when, the run was made [UTC]. */
  readonly createdAfter?: string
  readonly createdBefore?: string
  /** Only runs older than this one. */
  readonly before?: string
  readonly limit: number
}

/** Lists runs, the newest first. */
export function listRuns(db: Reader, { before, limit, createdAfter, createdBefore, ...filter }: RunFilter): Promise<RunRow[]> {
  const ids = [
    ...(before === undefined ? [] : [{ id: { lt: before } }]),
    ...(createdAfter === undefined ? [] : [{ id: { gte: firstUuidAt(Date.parse(createdAfter)) } }]),
    ...(createdBefore === undefined ? [] : [{ id: { lt: firstUuidAt(Date.parse(createdBefore)) } }])
  ]
  return db.run.findMany({ where: { ...filter, AND: ids }, orderBy: { id: 'desc' }, take: limit })
}

/** Cancels a run that has not ended; answers whether it did. */
export async function cancelRun({ pool }: { pool: Pool }, runId: string): Promise<boolean> {
  const { rowCount } = await pool.query(
    `WITH cancelled AS (
       UPDATE "Run" SET status = 'cancelled', "finishedAt" = clock_timestamp(), "leaseUntil" = NULL
       WHERE id = $1 AND status IN ('queued', 'running') RETURNING id)
     SELECT pg_notify('run_cancelled', id::text), pg_notify('run_changed', id::text), pg_notify('run_ended', id::text) FROM cancelled`,
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
export async function listRunAlertIds(pool: Pool, range: ResultRange): Promise<RunAlertId[]> {
  const rows = await listPart<{ position: string; alertId: string }>(pool, { ...range, table: '"RunAlert"', columns: '"alertId"' })
  return rows.map(({ position, alertId }) => ({ position: BigInt(position), alertId }))
}
