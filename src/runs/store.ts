import type { Pool } from 'pg'
import type { Queryable, Transaction } from '../database.ts'
import { firstUuidAt } from '../domain/uuid.ts'
import { leaseSql, runColumns } from './run-sql-store.ts'

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
  /** Whether it is the first attempt's of a worker at once, instead of in the queue. */
  readonly isClaimed?: boolean
  /** Whether its end is waited for: then storing it does not wait for the disk, to which its end takes it, or `findKeptRun`. */
  readonly isAwaited?: boolean | undefined
}

const createSql = `
  WITH instant AS MATERIALIZED (SELECT date_trunc('milliseconds', clock_timestamp()) AS now,
    CASE WHEN $15::boolean THEN set_config('synchronous_commit', 'off', true) END), created AS (
    INSERT INTO "Run" (id, kind, "queryId", "queryName", "brokerId", parameters, "capAlerts", "capBytes", "capSeconds", "createdBy", "requestId",
      "traceId", "scheduledFor", "newerThan", "createdAt", status, attempt, "startedAt", "leaseUntil")
    SELECT (lpad(to_hex((extract(epoch FROM now) * 1000)::bigint), 12, '0') || '-7' || substr(gen_random_uuid()::text, 16))::uuid,
      $1, $2::uuid, $3, $4, $5::jsonb, $6::int, $7::bigint, $8::int, $9, $10, $11, $12::timestamptz, $13::timestamptz, now,
      CASE WHEN $14::boolean THEN 'running' ELSE 'queued' END, $14::int, CASE WHEN $14 THEN now END, CASE WHEN $14 THEN ${leaseSql} END FROM instant
    RETURNING ${runColumns}
  ), marked AS (
    UPDATE "BrokerQuery" SET "lastRunAt" = now FROM instant WHERE id = $2::uuid
  )
  SELECT ${runColumns}, CASE WHEN NOT $14 THEN pg_notify('run_queued', id::text)::text END AS told FROM created`

/**
 * Puts a run in the queue, or in the hands of a worker, and notes it at its query, by one statement; workers are woken when it is committed. Its id is a UUIDv7 of the instant in
 * `createdAt`, by PostgreSQL's clock, so that a list in the order of ids is one in time, whichever process made the run.
 */
export async function createRun(db: Queryable, { kind = 'alerts', caps, ...run }: RunToCreate): Promise<RunRow> {
  const what = [kind, run.queryId, run.queryName, run.brokerId, JSON.stringify(run.parameters), caps.alerts, caps.bytes, caps.seconds]
  const why = [run.createdBy, run.requestId ?? null, run.traceId ?? null, run.scheduledFor ?? null, run.newerThan ?? null]
  const how = [run.isClaimed ?? false, run.isAwaited ?? false]
  const row = only(await db.query<RunRow>(createSql, [...what, ...why, ...how]))
  if (row === null) throw new Error('The database did not answer the run that it stored.')
  return row
}

/** What statements answer besides the run that they tell PostgreSQL of. */
interface Told {
  readonly told?: unknown
}

/** Gives a run the types of the generated client: node-postgres answers bigint as text. */
function exact({ told: _, ...row }: RunRow & Told): RunRow {
  const { capBytes, receivedBytes, lastPosition, resultsDropped } = row
  return {
    ...row,
    capBytes: capBytes === null ? null : BigInt(capBytes),
    receivedBytes: BigInt(receivedBytes),
    lastPosition: BigInt(lastPosition),
    resultsDropped: BigInt(resultsDropped)
  }
}

/** How long an id is, at the beginning of a word [count]. */
export const idLength = 36
const timeColumns = ['leaseUntil', 'scheduledFor', 'newerThan', 'newestAlertAt', 'createdAt', 'startedAt', 'finishedAt']

/** Reads the run that PostgreSQL tells behind its id; null when it tells the id alone. */
export function runOfWord(word: string): RunRow | null {
  const text = word.slice(idLength + 1)
  if (text === '') return null
  const row = JSON.parse(text)
  for (const column of timeColumns) if (row[column] !== null) row[column] = new Date(row[column])
  return exact(row)
}

/** Tells whether a query has a run; only of these states, if they are told. */
export async function hasRun(db: Reader, { queryId, statuses }: { queryId: string; statuses?: string[] }): Promise<boolean> {
  const where = { queryId, ...(statuses && { status: { in: statuses } }) }
  return (await db.run.findFirst({ where, select: { id: true } })) !== null
}

const findSql = `SELECT ${runColumns} FROM "Run" WHERE id = $1`
// Who writes waits for the disk at the commit, and all that was written before is kept then. A word in PostgreSQL's log is the least there is to write.
const findKeptSql = `SELECT ${runColumns}, pg_logical_emit_message(true, 'run_kept', '')::text AS told FROM "Run" WHERE id = $1`

/** Finds a run; null when there is none. */
export async function findRun(db: Queryable, runId: string): Promise<RunRow | null> {
  return only(await db.query<RunRow>(findSql, [runId]))
}

/** Finds a run that is on the disk; null when there is none, because PostgreSQL crashed before it was. */
export async function findKeptRun(db: Queryable, runId: string): Promise<RunRow | null> {
  return only(await db.query<RunRow & Told>(findKeptSql, [runId]))
}

function only({ rows }: { readonly rows: readonly RunRow[] }): RunRow | null {
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
