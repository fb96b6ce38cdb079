import type { Transaction } from '../database.ts'

/** Something that another room has set off, in the transaction that caused it. */
export interface Delivery {
  readonly id: string
  readonly payload: unknown
  /** How often it was taken up, this time included [count]. */
  readonly attempt: number
}

/**
 * Takes up deliveries of a topic that are due, oldest first. The attempt is counted before anything is done, so that a
 * delivery that ends the process counts too; unless it is deleted, it is due again after 10 s, and then after twice as
 * long each time, an hour at most. Only PostgreSQL's clock decides.
 */
export async function claimDeliveries(db: Transaction, { topic, limit }: { topic: string; limit: number }): Promise<Delivery[]> {
  const claimed = await db.$queryRaw<Delivery[]>`
    UPDATE "Outbox" SET attempts = attempts + 1, "dueAt" = clock_timestamp() + least(3600, 10 * 2 ^ least(attempts, 10)) * interval '1 s'
    WHERE id IN (
      SELECT id FROM "Outbox" WHERE topic = ${topic} AND "dueAt" <= now() ORDER BY "dueAt", id LIMIT ${limit} FOR UPDATE SKIP LOCKED)
    RETURNING id, payload, attempts AS attempt`
  return claimed.sort((a, b) => (a.id < b.id ? -1 : 1))
}

/** Deletes deliveries in the transaction that does what they ask for; answers those that nobody else has taken up meanwhile. */
export async function takeDeliveries(tx: Transaction, deliveries: readonly Delivery[]): Promise<Delivery[]> {
  const ids = deliveries.map(({ id }) => id)
  const attempts = deliveries.map(({ attempt }) => attempt)
  const taken = await tx.$queryRaw<{ id: string }[]>`
    DELETE FROM "Outbox" USING unnest(${ids}::uuid[], ${attempts}::int[]) AS claimed(id, attempt)
    WHERE "Outbox".id = claimed.id AND "Outbox".attempts = claimed.attempt RETURNING "Outbox".id`
  const ours = new Set(taken.map(({ id }) => id))
  return deliveries.filter(({ id }) => ours.has(id))
}

/** Notes why a delivery failed; once it is parked, nobody takes it up any more. Tells whether it was still ours. */
export async function failDelivery(
  tx: Transaction,
  { id, attempt }: Delivery,
  { error, parked }: { error: string; parked: boolean }
): Promise<boolean> {
  const count = await tx.$executeRaw`
    UPDATE "Outbox" SET error = ${error}, "dueAt" = CASE WHEN ${parked} THEN NULL ELSE "dueAt" END
    WHERE id = ${id}::uuid AND attempts = ${attempt}`
  return count === 1
}

/** Makes parked deliveries due again, as if they had never failed; answers which. */
export async function reviveDeliveries(tx: Transaction, ids: readonly string[]): Promise<string[]> {
  const revived = await tx.$queryRaw<{ id: string }[]>`
    UPDATE "Outbox" SET attempts = 0, "dueAt" = now() WHERE id = ANY(${ids}::uuid[]) AND "dueAt" IS NULL RETURNING id`
  if (revived.length > 0) await tx.$executeRaw`SELECT pg_notify('outbox', '')`
  return revived.map(({ id }) => id)
}

/** What the outbox holds of one topic, for all processes together. */
export interface OutboxState {
  readonly topic: string
  readonly waiting: number
  /** Failed too often: somebody has to look. */
  readonly parked: number
}

/** What the outbox holds, by topic. */
export function outboxState(db: Transaction): Promise<OutboxState[]> {
  return db.$queryRaw<OutboxState[]>`
    SELECT topic, count("dueAt")::int AS waiting, (count(*) - count("dueAt"))::int AS parked FROM "Outbox" GROUP BY topic`
}
