import type { Pool } from 'pg'
import type { Policy } from './policy.ts'

/** How a broker is doing; durations are from now on, by PostgreSQL's clock [ms], and negative when they are over. */
export interface BrokerStateRow {
  readonly brokerId: string
  /** Null: the circuit breaker is closed. */
  readonly openFor: number | null
  readonly openings: number
  readonly pausedFor: number | null
  readonly rateLeft: number | null
  readonly rateFor: number | null
  readonly lastSuccessAt: Date | null
  readonly lastErrorAt: Date | null
  readonly lastErrorKind: string | null
  readonly lastErrorDetail: string | null
  readonly lastErrorStatus: number | null
}

const fromNow = (column: string) => `extract(epoch FROM "${column}" - clock_timestamp())::float8 * 1000`
const columns = `"brokerId", ${fromNow('openUntil')} AS "openFor", openings, ${fromNow('pausedUntil')} AS "pausedFor",
  "rateLeft", ${fromNow('rateUntil')} AS "rateFor", "lastSuccessAt", "lastErrorAt", "lastErrorKind", "lastErrorDetail", "lastErrorStatus"`
const after = (parameter: string) => `clock_timestamp() + ${parameter}::float8 * interval '1 ms'`

/** Tells the processes that the state of a broker has changed. */
export const stateChannel = 'broker_state'

/** Makes sure that each broker has a row; answers them all, of brokers that are not installed any more, too. */
export async function openStates(pool: Pool, brokerIds: readonly string[]): Promise<BrokerStateRow[]> {
  await pool.query(`INSERT INTO "BrokerState" ("brokerId") SELECT unnest($1::text[]) ON CONFLICT DO NOTHING`, [brokerIds])
  return listStates(pool)
}

/** Lists how all brokers are doing. */
export async function listStates(pool: Pool): Promise<BrokerStateRow[]> {
  return (await pool.query<BrokerStateRow>(`SELECT ${columns} FROM "BrokerState"`)).rows
}

/** Reads how one broker is doing; null when nothing is known. */
export async function findState(pool: Pool, brokerId: string): Promise<BrokerStateRow | null> {
  const { rows } = await pool.query<BrokerStateRow>(`SELECT ${columns} FROM "BrokerState" WHERE "brokerId" = $1`, [brokerId])
  return rows[0] ?? null
}

/** What a request has shown; what is null stays as it is. */
export interface StateChange {
  readonly brokerId: string
  readonly breaker: 'open' | 'close' | null
  readonly error: { readonly kind: string; readonly detail: string; readonly status: number | null } | null
  /** How long the broker wants to be left alone [ms]. */
  readonly pause: number | null
  readonly rate: { readonly remaining: number; readonly resetsIn: number } | null
}

/**
 * Notes what a request has shown; answers the state that follows. A breaker that is open already is not opened again
 * by requests that were under way; one that is half-open is, for twice as long.
 */
export async function changeState(
  pool: Pool,
  change: StateChange,
  { firstOpening, longestOpening }: Policy
): Promise<BrokerStateRow | null> {
  const { brokerId, breaker, error, pause, rate } = change
  const opens = `($2 = 'open' AND ("openUntil" IS NULL OR "openUntil" <= clock_timestamp()))`
  const { rows } = await pool.query<BrokerStateRow>(
    `WITH changed AS (
       UPDATE "BrokerState" SET
         "openUntil" = CASE WHEN $2 = 'close' THEN NULL WHEN ${opens}
           THEN clock_timestamp() + least($9::float8 * 2 ^ least(openings, 20), $10::float8) * interval '1 ms' ELSE "openUntil" END,
         openings = CASE WHEN $2 = 'close' THEN 0 WHEN ${opens} THEN openings + 1 ELSE openings END,
         "probeUntil" = CASE WHEN $2 = 'close' OR ${opens} THEN NULL ELSE "probeUntil" END,
         "pausedUntil" = greatest("pausedUntil", ${after('$6')}),
         "rateLeft" = CASE WHEN $7::int IS NULL THEN "rateLeft" WHEN "rateUntil" > clock_timestamp() THEN least("rateLeft", $7) ELSE $7 END,
         "rateUntil" = CASE WHEN $7::int IS NULL THEN "rateUntil" WHEN "rateUntil" > clock_timestamp()
           THEN least("rateUntil", ${after('$8')}) ELSE ${after('$8')} END,
         "lastSuccessAt" = CASE WHEN $3::text IS NULL THEN clock_timestamp() ELSE "lastSuccessAt" END,
         "lastErrorAt" = CASE WHEN $3 IS NULL THEN "lastErrorAt" ELSE clock_timestamp() END,
         "lastErrorKind" = coalesce($3, "lastErrorKind"), "lastErrorDetail" = coalesce($4, "lastErrorDetail"),
         "lastErrorStatus" = CASE WHEN $3 IS NULL THEN "lastErrorStatus" ELSE $5::int END
       WHERE "brokerId" = $1 RETURNING *),
     told AS (SELECT pg_notify('${stateChannel}', $1) WHERE $2::text IS NOT NULL OR $6::float8 IS NOT NULL)
     SELECT ${columns}, (SELECT count(*) FROM told) FROM changed`,
    [
      brokerId,
      breaker,
      error?.kind ?? null,
      error?.detail ?? null,
      error?.status ?? null,
      pause,
      rate?.remaining ?? null,
      rate?.resetsIn ?? null,
      firstOpening,
      longestOpening
    ]
  )
  return rows[0] ?? null
}

/** Takes the right to try whether a broker is back; false when its breaker is not half-open, or another is trying. */
export async function takeProbe(pool: Pool, brokerId: string, probeTime: number): Promise<boolean> {
  const { rowCount } = await pool.query(
    `UPDATE "BrokerState" SET "probeUntil" = ${after('$2')}
     WHERE "brokerId" = $1 AND "openUntil" <= clock_timestamp() AND ("probeUntil" IS NULL OR "probeUntil" < clock_timestamp())`,
    [brokerId, probeTime]
  )
  return rowCount === 1
}

/** Gives back the right to try, which came to nothing. */
export async function releaseProbe(pool: Pool, brokerId: string): Promise<void> {
  await pool.query(
    `WITH released AS (UPDATE "BrokerState" SET "probeUntil" = NULL WHERE "brokerId" = $1 RETURNING "brokerId")
     SELECT pg_notify('${stateChannel}', "brokerId") FROM released`,
    [brokerId]
  )
}
