import { type Database, prepared } from '../database.ts'
import type { Fence } from './progress-store.ts'
import { fenceSql, leaseSql } from './run-sql-store.ts'
import type { RunRow } from './store.ts'

/** A run that this worker holds. */
export interface ClaimedRun extends Fence {
  readonly kind: string
  readonly brokerId: string
  readonly parameters: unknown
  readonly checkpoint: string | null
  /** The request that started it, and the trace that it belongs to; null where none did. */
  readonly requestId: string | null
  readonly traceId: string | null
  readonly feedback: readonly string[]
  /** Only what is newer is wanted [UTC]; null = everything. */
  readonly newerThan: string | null
  readonly capAlerts: number | null
  /** Distinct items that earlier attempts recorded [count]. */
  readonly received: number
  /** Until the cap on time is reached, by PostgreSQL's clock [ms]; null = no cap. */
  readonly remaining: number | null
}

/** A run that came from the queue. */
interface QueuedRun extends ClaimedRun {
  /** Whether there is another to claim; of those that are queued later, there will be word. */
  readonly isMoreWaiting: boolean
}

const poisonedSql = `NOT "attemptRecorded" AND fruitless >= 4`
// In words of which PostgreSQL knows no statistics: so it reads the index of those that wait, in its order, from the first
// on. A bitmap of that index, or of all that the brokers have had, would take up each time what the queue has done with.
const waitingSql = `status IN ('queued', 'running')
  AND CASE status WHEN 'queued' THEN true ELSE "leaseUntil" < clock_timestamp() AND NOT (${poisonedSql}) END
  AND array_position($1::text[], "brokerId") IS NOT NULL AND array_position($2::text[], kind) IS NOT NULL`

/** What a worker can execute. */
export interface Claimable {
  readonly brokerIds: readonly string[]
  readonly kinds: readonly string[]
}

/**
 * Claims the oldest run that waits, or whose worker is dead, of one of these brokers and kinds; null when there is none. Only
 * PostgreSQL's clock decides what has expired. Dead workers count against a run when they recorded nothing.
 */
export async function claimRun({ pool }: Database, { brokerIds, kinds }: Claimable): Promise<QueuedRun | null> {
  const { rows } = await pool.query<Omit<QueuedRun, 'newerThan'> & { newerThan: Date | null }>(
    prepared(
      `UPDATE "Run" SET status = 'running', attempt = attempt + 1, "leaseUntil" = ${leaseSql}, "attemptRecorded" = false,
       "startedAt" = coalesce("startedAt", clock_timestamp()),
       fruitless = CASE WHEN status = 'queued' THEN fruitless WHEN "attemptRecorded" THEN 0 ELSE fruitless + 1 END
     WHERE id = (
       SELECT id FROM "Run" WHERE ${waitingSql}
       ORDER BY "createdAt" LIMIT 1 FOR UPDATE SKIP LOCKED)
     RETURNING id AS "runId", attempt, kind, "brokerId", parameters, checkpoint, "requestId", "traceId", feedback, fruitless, "capAlerts", "newerThan",
       "newCount" + "changedCount" + "duplicateCount" + "rejectedCount" AS received,
       extract(epoch FROM "startedAt" + "capSeconds" * interval '1 s' - clock_timestamp())::float8 * 1000 AS remaining,
       EXISTS (SELECT FROM "Run" AS other WHERE ${waitingSql} AND other.id <> "Run".id) AS "isMoreWaiting"`,
      [brokerIds, kinds]
    )
  )
  const [row] = rows
  return row ? { ...row, newerThan: row.newerThan?.toISOString() ?? null } : null
}

/** The first attempt at a run that was created as claimed. */
export function firstAttempt({ id: runId, capSeconds, newerThan, ...run }: RunRow): ClaimedRun {
  const remaining = capSeconds === null ? null : capSeconds * 1000
  return { ...run, runId, newerThan: newerThan?.toISOString() ?? null, received: 0, remaining }
}

/** Fails the runs that killed five workers in a row; answers how many. */
export async function failPoisonedRuns({ pool }: Database): Promise<number> {
  const { rowCount } = await pool.query(
    `WITH poisoned AS (
       UPDATE "Run" SET status = 'failed', "finishedAt" = clock_timestamp(), "leaseUntil" = NULL, "errorKind" = 'poisoned', "errorRetryable" = false,
         "errorDetail" = 'Five workers in a row died on this run without recording anything.'
       WHERE id IN (SELECT id FROM "Run" WHERE status = 'running' AND "leaseUntil" < clock_timestamp() AND ${poisonedSql}
                    FOR UPDATE SKIP LOCKED)
       RETURNING id)
     SELECT pg_notify('run_changed', id::text), pg_notify('run_ended', id::text) FROM poisoned`
  )
  return rowCount ?? 0
}

/** Renews the lease; false when the run is not ours any more. */
export async function renewLease({ pool }: Database, { runId, attempt }: Fence): Promise<boolean> {
  const { rowCount } = await pool.query(`UPDATE "Run" SET "leaseUntil" = ${leaseSql} WHERE ${fenceSql}`, [runId, attempt])
  return rowCount === 1
}

/** Gives a run back to the queue, in its old place; its next attempt goes on where it was. */
export async function handBack({ pool }: Database, { runId, attempt }: Fence): Promise<void> {
  await pool.query(
    `WITH back AS (UPDATE "Run" SET status = 'queued', "leaseUntil" = NULL WHERE ${fenceSql} RETURNING id)
     SELECT pg_notify('run_queued', ''), pg_notify('run_changed', id::text) FROM back`,
    [runId, attempt]
  )
}

/** What the queue holds, for all processes together. */
export interface QueueState {
  readonly queued: number
  readonly running: number
  /** How long the oldest run has waited [s]. */
  readonly oldestSeconds: number
}

/** Tells what the queue holds. */
export async function queueState({ pool }: Database): Promise<QueueState> {
  const { rows } = await pool.query<QueueState>(
    `SELECT count(*) FILTER (WHERE status = 'queued')::int AS queued, count(*) FILTER (WHERE status = 'running')::int AS running,
       coalesce(extract(epoch FROM clock_timestamp() - min("createdAt") FILTER (WHERE status = 'queued')), 0)::float8 AS "oldestSeconds"
     FROM "Run" WHERE status IN ('queued', 'running')`
  )
  return rows[0] ?? { queued: 0, running: 0, oldestSeconds: 0 }
}
