import type { PoolClient } from 'pg'
import { prepared } from '../database.ts'
import { fenceSql, leaseSql, runColumns } from './run-sql-store.ts'

/** Whose run it is: only the attempt that holds the lease may write. */
export interface Fence {
  readonly runId: string
  readonly attempt: number
}

/** The cap that ended a run before its broker had told everything. */
export type TruncatedBy = 'alerts' | 'bytes' | 'seconds'

/** What a batch adds to its run. */
export interface BatchTotals {
  readonly new: number
  readonly changed: number
  readonly duplicate: number
  readonly rejected: number
  readonly repeated: number
  /** Raw text of the distinct items [byte]. */
  readonly bytes: number
  /** Position of the newest item. */
  readonly lastPosition: bigint
  readonly truncatedBy: TruncatedBy | null
  readonly checkpoint: string | null
  readonly feedback: readonly string[]
  /** Newest alert [UTC]. */
  readonly newestAlertAt?: Date | null
}

/** Why a run failed. */
export interface RunError {
  readonly kind: string
  readonly detail: string
  readonly retryable: boolean
  readonly upstreamStatus: number | null
}

/** A run after an attempt has told of it. */
export interface ToldRun {
  readonly status: string
  /** The word of its end, which all processes hear; null = it goes on. */
  readonly word: string | null
}

/** How an attempt ended the run. */
export interface RunEnd {
  readonly error: RunError | null
  readonly truncatedBy: TruncatedBy | null
  readonly feedback: readonly string[]
}

// All that came had to be rejected: what the broker sends is not what the module knows.
const unreadableSql = `($14::boolean AND $15::text IS NULL AND "rejectedCount" + $6 > 0
      AND "newCount" + $3 + "changedCount" + $4 + "duplicateCount" + $5 = 0)`
// A word of PostgreSQL holds less than 8,000 bytes: the end of a longer run is told by its id alone.
const wordOfEndSql = `concat_ws(' ', id, CASE WHEN octet_length(row_to_json(advanced)::text) < 7900 THEN row_to_json(advanced) END)`

const advanceSql = `
  WITH advanced AS (
    UPDATE "Run" SET "newCount" = "newCount" + $3, "changedCount" = "changedCount" + $4, "duplicateCount" = "duplicateCount" + $5,
      "rejectedCount" = "rejectedCount" + $6, "repeatedCount" = "repeatedCount" + $7, "receivedBytes" = "receivedBytes" + $8,
      "lastPosition" = coalesce($9, "lastPosition"), "attemptRecorded" = "attemptRecorded" OR $9 IS NOT NULL,
      checkpoint = coalesce($10, checkpoint), "newestAlertAt" = greatest("newestAlertAt", $11::timestamptz),
      "truncatedBy" = coalesce($12, "truncatedBy"),
      feedback = (feedback || ARRAY(SELECT message FROM unnest($13::text[]) AS message WHERE message <> ALL (feedback)))[1:100],
      "leaseUntil" = CASE WHEN NOT $14 THEN ${leaseSql} END,
      "finishedAt" = CASE WHEN $14 THEN clock_timestamp() END,
      status = CASE WHEN NOT $14 THEN 'running' WHEN $15::text IS NOT NULL OR ${unreadableSql} THEN 'failed' ELSE 'succeeded' END,
      "errorKind" = CASE WHEN ${unreadableSql} THEN 'bad-response' ELSE $15 END,
      "errorDetail" = CASE WHEN ${unreadableSql} THEN 'None of what came could be read; the rejections say why.' ELSE $16 END,
      "errorRetryable" = CASE WHEN ${unreadableSql} THEN false ELSE $17 END,
      "errorUpstreamStatus" = $18
    WHERE ${fenceSql} RETURNING ${runColumns}
  ), marked AS (
    -- Only a run that has everything tells where the next one may begin; and no alert from the future does.
    UPDATE "BrokerQuery" AS query SET "newestAlertAt" = greatest(query."newestAlertAt", least(advanced."newestAlertAt", advanced."startedAt"))
    FROM advanced WHERE query.id = advanced."queryId" AND query."brokerId" = advanced."brokerId" AND query.parameters = advanced.parameters
      AND advanced.status = 'succeeded' AND advanced."truncatedBy" IS NULL AND advanced."newestAlertAt" IS NOT NULL
  )
  SELECT status, word, pg_notify('run_changed', id::text), CASE WHEN word IS NOT NULL THEN pg_notify('run_ended', word) END
  FROM advanced CROSS JOIN LATERAL (SELECT CASE WHEN $14 THEN ${wordOfEndSql} END AS word)`

const nothing = {
  new: 0,
  changed: 0,
  duplicate: 0,
  rejected: 0,
  repeated: 0,
  bytes: 0,
  lastPosition: null,
  checkpoint: null,
  newestAlertAt: null
}

type Client = Pick<PoolClient, 'query'>

/**
 * Adds a batch to the totals of its run, and ends the run besides when the batch is its last; tells those who follow the run. Null when the
 * run is not the attempt's any more. Until its end the lease is renewed.
 */
export function addToRun(db: Client, fence: Fence, totals: BatchTotals, end: RunEnd | null = null): Promise<ToldRun | null> {
  const { truncatedBy, feedback } = totals
  return advance(db, fence, {
    ...totals,
    newestAlertAt: totals.newestAlertAt ?? null,
    truncatedBy: truncatedBy ?? end?.truncatedBy ?? null,
    feedback: [...feedback, ...(end?.feedback ?? [])],
    isEnded: end !== null,
    error: end?.error ?? null
  })
}

/**
 * Ends a run; null when it is not the attempt's any more. A run that received alerts and had to reject all of them has
 * failed. A run that has everything moves the newest alert of its query on.
 */
export function endRun(db: Client, fence: Fence, end: RunEnd): Promise<ToldRun | null> {
  return advance(db, fence, { ...nothing, ...end, isEnded: true })
}

interface Advance extends Omit<BatchTotals, 'lastPosition'>, RunEnd {
  /** Null: nothing was recorded. */
  readonly lastPosition: bigint | null
  readonly isEnded: boolean
}

async function advance(db: Client, { runId, attempt }: Fence, made: Advance): Promise<ToldRun | null> {
  const { bytes, lastPosition, checkpoint, newestAlertAt, truncatedBy, feedback, isEnded, error } = made
  const counts = [made.new, made.changed, made.duplicate, made.rejected, made.repeated, bytes]
  const marks = [lastPosition?.toString() ?? null, checkpoint, newestAlertAt ?? null, truncatedBy, feedback]
  const failure = [error?.kind ?? null, error?.detail ?? null, error?.retryable ?? null, error?.upstreamStatus ?? null]
  const { rows } = await db.query<ToldRun>(prepared(advanceSql, [runId, attempt, ...counts, ...marks, isEnded, ...failure]))
  const [row] = rows
  return row ? { status: row.status, word: row.word } : null
}
