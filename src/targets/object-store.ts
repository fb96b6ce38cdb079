import type { Pool } from 'pg'
import type { Raw } from '../alerts/store.ts'
import type { Transaction } from '../database.ts'

/** Lists the brokers that sent alerts of a target, in order of their ids. */
export async function brokersOfTarget(tx: Transaction, targetId: string): Promise<string[]> {
  const rows = await tx.$queryRaw<{ brokerId: string }[]>`
    SELECT DISTINCT "brokerId" FROM "TargetAlert" WHERE "targetId" = ${targetId}::uuid ORDER BY "brokerId"`
  return rows.map(({ brokerId }) => brokerId)
}

/** A target as one broker knows it. */
export interface TargetAtBroker {
  readonly targetId: string
  readonly brokerId: string
}

/** Lists the objects of a broker that a target is: what its alerts are about, or the alerts themselves where the broker has no objects. */
export async function objectsOfTarget(pool: Pool, { targetId, brokerId }: TargetAtBroker): Promise<string[]> {
  const { rows } = await pool.query<{ objectId: string }>(
    `SELECT DISTINCT coalesce("objectId", "brokerAlertId") AS "objectId" FROM "TargetAlert"
     WHERE "targetId" = $1 AND "brokerId" = $2 ORDER BY 1`,
    [targetId, brokerId]
  )
  return rows.map(({ objectId }) => objectId)
}

/** The raw text of an alert that a target came from. */
export interface RawTargetAlert extends Raw {
  readonly alertId: string
}

/** Reads the raw texts that a target keeps of a broker's alerts, oldest first, behind the given alert. */
export async function rawAlertsOfTarget(
  pool: Pool,
  { targetId, brokerId, after, limit }: TargetAtBroker & { readonly after: string | null; readonly limit: number }
): Promise<RawTargetAlert[]> {
  const { rows } = await pool.query<RawTargetAlert>(
    `SELECT "alertId", raw, "rawType" FROM "TargetAlert"
     WHERE "targetId" = $1 AND "brokerId" = $2 AND ($3::uuid IS NULL OR "alertId" > $3::uuid) ORDER BY "alertId" LIMIT $4`,
    [targetId, brokerId, after, limit]
  )
  return rows
}
