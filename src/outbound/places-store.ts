import type { Pool } from 'pg'
import type { BrokerLimits } from '../broker-kit/define-broker.ts'
import { inTransaction, prepared } from '../database.ts'

/** What came of asking for the place of one request; durations are from now on, by PostgreSQL's clock [ms]. */
export interface PlaceAnswer {
  /** Null: there is none now. */
  readonly placeId: string | null
  /** Requests that run, of all processes [count]. */
  readonly running: number
  /** Until the period takes another request, the broker can be asked again, and its own limit is renewed; null or negative: now. */
  readonly requestsFor: number | null
  readonly pausedFor: number | null
  readonly rateFor: number | null
}

/** Tells the processes that a place became free. */
export const freedChannel = 'broker_freed'

/** What a place is asked for with. */
export interface PlaceRequest {
  readonly brokerId: string
  readonly limits: BrokerLimits
  /** [ms] */
  readonly lease: number
}

// Who takes or leaves a place does not wait for the disk: a crash of PostgreSQL may forget the places of its last second.
const unhurried = `set_config('synchronous_commit', 'off', true)`

const fromNow = (time: string) => `extract(epoch FROM ${time} - now)::float8 * 1000`

/**
 * Takes the place of one request when all limits allow it. A request counts against the limit of a period until so long
 * after its end: then no period at the broker's end holds more of them, however long they were on their way.
 */
export function takePlace(pool: Pool, { brokerId, limits, lease }: PlaceRequest): Promise<PlaceAnswer> {
  const { concurrency = null, requests } = limits
  return inTransaction(pool, async (client, commit) => {
    // Whoever asks for a place of the broker waits here; the next statement sees all that was taken before.
    // Scans of bitmaps would look each time at the rows of all that were left since the table was tidied.
    const locked = client.query(
      prepared(`SELECT set_config('enable_bitmapscan', 'off', true) FROM "BrokerState" WHERE "brokerId" = $1 FOR UPDATE`, [brokerId])
    )
    const taken = client.query<PlaceAnswer>(
      prepared(
        `WITH instant AS MATERIALIZED (SELECT clock_timestamp() AS now, $4::float8 * interval '1 s' AS period),
       old AS (DELETE FROM "BrokerRequest" USING instant WHERE "brokerId" = $1 AND "heldUntil" < now - period),
       look AS MATERIALIZED (
         SELECT now, "pausedUntil",
           (SELECT count(*)::int FROM "BrokerRequest" AS request WHERE request."brokerId" = $1 AND "heldUntil" > now) AS running,
           CASE WHEN $3::int IS NOT NULL THEN period +
             (SELECT "heldUntil" FROM "BrokerRequest" AS request WHERE request."brokerId" = $1 AND "heldUntil" > now - period
              ORDER BY "heldUntil" DESC OFFSET $3 - 1 LIMIT 1) END AS "requestsUntil",
           CASE WHEN "rateUntil" > now THEN "rateLeft" END AS "rateLeft", "rateUntil"
         FROM "BrokerState" CROSS JOIN instant WHERE "brokerId" = $1),
       taken AS (
         INSERT INTO "BrokerRequest" ("brokerId", "heldUntil") SELECT $1, now + $5::float8 * interval '1 ms' FROM look
         WHERE ($2::int IS NULL OR running < $2) AND ("requestsUntil" IS NULL OR "requestsUntil" <= now)
           AND ("pausedUntil" IS NULL OR "pausedUntil" <= now) AND ("rateLeft" IS NULL OR running < "rateLeft")
         RETURNING id)
       SELECT (SELECT id FROM taken) AS "placeId", running, ${fromNow('"requestsUntil"')} AS "requestsFor", ${fromNow('"pausedUntil"')} AS "pausedFor",
         CASE WHEN running >= "rateLeft" THEN ${fromNow('"rateUntil"')} END AS "rateFor",
         ${unhurried}
       FROM look`,
        [brokerId, concurrency, requests?.count ?? null, requests?.seconds ?? 0, lease]
      )
    )
    const [{ rows }] = await Promise.all([taken, locked, commit()])
    const [answer] = rows
    if (answer === undefined) throw new Error(`The database has no state of the broker '${brokerId}'.`)
    return answer
  })
}

/** Gives places back. */
export async function leavePlaces(pool: Pool, brokerId: string, placeIds: readonly string[]): Promise<void> {
  await pool.query(
    prepared(
      `WITH freed AS (UPDATE "BrokerRequest" SET "heldUntil" = clock_timestamp() WHERE id = ANY($2::bigint[]))
     SELECT pg_notify('${freedChannel}', $1), ${unhurried}`,
      [brokerId, placeIds]
    )
  )
}

/** Says that the requests of these places still run; a place whose lease is over is not revived. */
export async function renewPlaces(pool: Pool, placeIds: readonly string[], lease: number): Promise<void> {
  await pool.query(
    `UPDATE "BrokerRequest" SET "heldUntil" = clock_timestamp() + $2::float8 * interval '1 ms'
     WHERE id = ANY($1::bigint[]) AND "heldUntil" > clock_timestamp()`,
    [placeIds, lease]
  )
}

/** What counts against the limits of a broker [count], and until when the period is used up [ms from now]. */
export interface PlacesInUse {
  readonly running: number
  readonly counted: number
  readonly requestsFor: number | null
}

/** Counts what is in use of a broker's limits. */
export async function countPlaces(pool: Pool, brokerId: string, { requests }: BrokerLimits): Promise<PlacesInUse> {
  const { rows } = await pool.query<PlacesInUse>(
    `WITH instant AS MATERIALIZED (SELECT clock_timestamp() AS now, $2::float8 * interval '1 s' AS period)
     SELECT count(id) FILTER (WHERE "heldUntil" > now)::int AS running, count(id)::int AS counted,
       extract(epoch FROM (array_agg("heldUntil" ORDER BY "heldUntil" DESC))[$3::int] + max(period) - max(now))::float8 * 1000 AS "requestsFor"
     FROM instant LEFT JOIN "BrokerRequest" ON "brokerId" = $1 AND "heldUntil" > now - period`,
    [brokerId, requests?.seconds ?? 0, requests?.count ?? null]
  )
  return rows[0] ?? { running: 0, counted: 0, requestsFor: null }
}
