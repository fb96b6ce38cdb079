import type { PoolClient } from 'pg'
import { binaryArray, prepared } from '../database.ts'
import type { AlertItem, RejectionItem } from './normalise-alert.ts'
import type { BatchTotals, Fence, ToldRun, TruncatedBy } from './progress-store.ts'

/** How many items of a batch were what [count]. */
export type Outcomes = Pick<BatchTotals, 'new' | 'changed' | 'duplicate' | 'rejected' | 'repeated'>

/** What became of a batch: recorded, with what is left of the cap on alerts (`room`, null = no cap [count]); or not, because the run is not ours any more. */
export type Recorded =
  | { readonly fenced: true }
  | {
      readonly fenced: false
      readonly truncatedBy: TruncatedBy | null
      readonly room: number | null
      readonly outcomes: Outcomes
      /** The run as it has ended; left out or null = it goes on. */
      readonly ended?: ToldRun | null
    }

/** Where a run stands when a batch is about to be recorded. */
export interface RunProgress {
  /** Distinct items [count]. */
  readonly received: number
  /** Raw text of the distinct items [byte]. */
  readonly bytes: number
  readonly lastPosition: bigint
  /** PostgreSQL's time, the only clock that ids of alerts go by [ms since 1970]. */
  readonly now: number
  readonly capAlerts: number | null
  readonly capBytes: number | null
  /** What its alerts set off, as its query says now; null when they set off nothing. */
  readonly rule: StoredRule | null
}

/** What the alerts of a query set off, and for whom. */
export interface StoredRule {
  readonly queryId: string
  readonly createdBy: string
  readonly onAlert: unknown
}

/** Locks the run of a batch; null when the run belongs to another worker, or has ended. */
export async function lockRun(client: PoolClient, { runId, attempt }: Fence): Promise<RunProgress | null> {
  const { rows } = await client.query<Omit<RunProgress, 'lastPosition'> & { lastPosition: string }>(
    prepared(
      `SELECT "newCount" + "changedCount" + "duplicateCount" + "rejectedCount" AS received, "receivedBytes"::float8 AS bytes,
       "lastPosition"::text AS "lastPosition", extract(epoch FROM clock_timestamp())::float8 * 1000 AS now, "capAlerts", "capBytes"::float8 AS "capBytes",
       (SELECT jsonb_build_object('queryId', query.id, 'createdBy', query."createdBy", 'onAlert', "onAlert") FROM "BrokerQuery" AS query
        WHERE query.id = "Run"."queryId" AND "onAlert" IS NOT NULL) AS rule
     FROM "Run" WHERE id = $1 AND attempt = $2 AND status = 'running' FOR UPDATE`,
      [runId, attempt]
    )
  )
  const [row] = rows
  return row ? { ...row, lastPosition: BigInt(row.lastPosition) } : null
}

/** Which attempt saw an item of a run last, by item hash (hex). */
export async function findSeen(client: PoolClient, runId: string, itemHashes: readonly Buffer[]): Promise<Map<string, number>> {
  if (itemHashes.length === 0) return new Map()
  const { rows } = await client.query<{ hash: string; attempt: number }>(
    `SELECT encode("itemHash", 'hex') AS hash, attempt FROM "RunAlert" WHERE "runId" = $1 AND "itemHash" = ANY($2::bytea[])
     UNION ALL
     SELECT encode("itemHash", 'hex'), attempt FROM "Rejection" WHERE "runId" = $1 AND "itemHash" = ANY($2::bytea[])`,
    [runId, binaryArray('bytea', itemHashes, hash => hash)]
  )
  return new Map(rows.map(({ hash, attempt }) => [hash, attempt]))
}

/** Notes that this attempt saw items of an earlier one again: from now on, one more time is a repetition. */
export async function markSeen(client: PoolClient, { runId, attempt }: Fence, itemHashes: readonly Buffer[]): Promise<void> {
  if (itemHashes.length === 0) return
  for (const table of ['"RunAlert"', '"Rejection"']) {
    await client.query(`UPDATE ${table} SET attempt = $2 WHERE "runId" = $1 AND "itemHash" = ANY($3::bytea[])`, [
      runId,
      attempt,
      binaryArray('bytea', itemHashes, hash => hash)
    ])
  }
}

/** An alert of a run: which stored alert it is, and what it was to this run. */
export interface RunAlertToStore {
  readonly position: bigint
  readonly alertId: string
  readonly item: AlertItem
  readonly outcome: 'new' | 'changed' | 'duplicate'
}

/** Stores which alerts a run received. */
export async function storeRunAlerts(client: PoolClient, { runId, attempt }: Fence, alerts: readonly RunAlertToStore[]): Promise<void> {
  if (alerts.length === 0) return
  await client.query(
    prepared(
      `INSERT INTO "RunAlert" ("runId", attempt, position, "alertId", "itemHash", outcome)
     SELECT $1, $2, * FROM unnest($3::bigint[], $4::uuid[], $5::bytea[], $6::text[])`,
      [
        runId,
        attempt,
        binaryArray('bigint', alerts, ({ position }) => position),
        binaryArray('uuid', alerts, ({ alertId }) => alertId),
        binaryArray('bytea', alerts, ({ item }) => item.itemHash),
        binaryArray('text', alerts, ({ outcome }) => outcome)
      ]
    )
  )
}

/** A rejection and its place in the run. */
export interface RejectionToStore {
  readonly position: bigint
  readonly item: RejectionItem
}

/** Stores what a run could not read. */
export async function storeRejections(
  client: PoolClient,
  { runId, attempt }: Fence,
  rejections: readonly RejectionToStore[]
): Promise<void> {
  if (rejections.length === 0) return
  await client.query(
    `INSERT INTO "Rejection" ("runId", attempt, position, "itemHash", reason, raw, "rawType")
     SELECT $1, $2, * FROM unnest($3::bigint[], $4::bytea[], $5::text[], $6::text[], $7::text[])`,
    [
      runId,
      attempt,
      binaryArray('bigint', rejections, ({ position }) => position),
      binaryArray('bytea', rejections, ({ item }) => item.itemHash),
      binaryArray('text', rejections, ({ item }) => item.reason),
      binaryArray('text', rejections, ({ item }) => item.raw),
      binaryArray('text', rejections, ({ item }) => item.rawType)
    ]
  )
}
