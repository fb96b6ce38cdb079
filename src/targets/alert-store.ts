import type { Raw } from '../alerts/store.ts'
import type { Transaction } from '../database.ts'
import type { GenericAlert } from '../domain/alert.ts'

/** An alert that a target came from, as it is stored; without the raw text. */
export interface StoredTargetAlert {
  readonly alertId: string
  readonly brokerId: string
  readonly brokerAlertId: string
  readonly objectId: string | null
  readonly generic: GenericAlert
  readonly rawType: string
  readonly linkedAt: Date
  /** Run that brought the alert, and its query. */
  readonly runId: string | null
  readonly queryId: string | null
  readonly queryName: string | null
}

/** Lists the alerts that a target came from, newest first. */
export function listTargetAlerts(
  db: Transaction,
  { targetId, before, limit }: { readonly targetId: string; readonly before: string | null; readonly limit: number }
): Promise<StoredTargetAlert[]> {
  return db.$queryRaw<StoredTargetAlert[]>`
    SELECT "alertId", "brokerId", "brokerAlertId", "objectId", generic, "rawType", "linkedAt", "runId", "queryId", "queryName"
    FROM "TargetAlert"
    WHERE "targetId" = ${targetId}::uuid AND (${before}::uuid IS NULL OR "alertId" < ${before}::uuid)
    ORDER BY "alertId" DESC LIMIT ${limit}`
}

/** Finds the raw text of an alert, as the target that came from it keeps it. */
export function findTargetRaw(db: Transaction, { targetId, alertId }: { targetId: string; alertId: string }): Promise<Raw | null> {
  return db.targetAlert.findUnique({ where: { alertId, targetId }, select: { raw: true, rawType: true } })
}
