import type { Pool } from 'pg'
import type { BrokerLimits } from '../broker-kit/define-broker.ts'

/** How many requests a broker may still be asked in a period. */
export interface Budget {
  readonly brokerId: string
  /** Whose limit it is: configured for this service, or announced by the broker. */
  readonly limit: 'configured' | 'announced'
  /** [count] */
  readonly left: number
}

/** Lists what is left to all processes of the limits that these brokers have, in one statement. */
export async function listBudgets(pool: Pool, brokers: readonly (Pick<BrokerLimits, 'requests'> & { readonly brokerId: string })[]) {
  const { rows } = await pool.query<Budget>(
    `WITH broker AS (SELECT * FROM unnest($1::text[], $2::int[], $3::float8[]) AS broker("brokerId", count, seconds))
     SELECT broker."brokerId", 'configured' AS "limit", greatest(0, broker.count - count(request.id))::int AS "left"
     FROM broker LEFT JOIN "BrokerRequest" AS request
       ON request."brokerId" = broker."brokerId" AND "heldUntil" > clock_timestamp() - seconds * interval '1 s'
     WHERE broker.count IS NOT NULL GROUP BY broker."brokerId", broker.count
     UNION ALL
     SELECT "brokerId", 'announced', "rateLeft" FROM "BrokerState" JOIN broker USING ("brokerId")
     WHERE "rateUntil" > clock_timestamp() AND "rateLeft" IS NOT NULL`,
    [
      brokers.map(({ brokerId }) => brokerId),
      brokers.map(({ requests }) => requests?.count ?? null),
      brokers.map(({ requests }) => requests?.seconds ?? null)
    ]
  )
  return rows
}
