import type { Transaction } from '../../database.ts'

/** What became of the object of an alert that met the conditions of its query. */
export interface SettledTarget {
  /** Of the delivery. */
  readonly id: string
  readonly outcome: 'created' | 'linked' | 'refused' | 'failed'
  readonly targetId: string | null
  readonly detail: string | null
}

/** Stores what became of alerts that met the conditions of their query. */
export async function settleQueryTargets(tx: Transaction, settled: readonly SettledTarget[]): Promise<void> {
  await tx.$executeRawUnsafe(
    `UPDATE "QueryTarget" SET outcome = settled.outcome, "targetId" = settled."targetId", detail = settled.detail, "settledAt" = now()
     FROM unnest($1::uuid[], $2::text[], $3::uuid[], $4::text[]) AS settled(id, outcome, "targetId", detail)
     WHERE "QueryTarget".id = settled.id`,
    settled.map(({ id }) => id),
    settled.map(({ outcome }) => outcome),
    settled.map(({ targetId }) => targetId),
    settled.map(({ detail }) => detail)
  )
}

/** A row of QueryTarget, as the generated client reads it. */
export type QueryTargetRow = NonNullable<Awaited<ReturnType<Transaction['queryTarget']['findUnique']>>>

interface Listing {
  readonly queryId: string
  readonly outcome: string | undefined
  /** Id of the last one of the page before. */
  readonly before: string | null
  readonly limit: number
}

/** Lists what the alerts of a query have become, newest first. */
export function listQueryTargets(db: Transaction, { queryId, outcome, before, limit }: Listing): Promise<QueryTargetRow[]> {
  return db.queryTarget.findMany({
    where: { queryId, ...(outcome !== undefined && { outcome }), ...(before !== null && { id: { lt: before } }) },
    orderBy: { id: 'desc' },
    take: limit
  })
}

/** Lists the ids of what failed for a query, oldest first. */
export async function listFailed(db: Transaction, queryId: string, limit: number): Promise<string[]> {
  const rows = await db.queryTarget.findMany({
    where: { queryId, outcome: 'failed' },
    select: { id: true },
    orderBy: { id: 'asc' },
    take: limit
  })
  return rows.map(({ id }) => id)
}

/** Stores that these are tried again. */
export async function markPending(tx: Transaction, ids: readonly string[]): Promise<void> {
  await tx.queryTarget.updateMany({ where: { id: { in: [...ids] } }, data: { outcome: 'pending', detail: null, settledAt: null } })
}
