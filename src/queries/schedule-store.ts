import type { Transaction } from '../database.ts'
import type { Schedule } from '../domain/schedule.ts'

/** How many of the next times of a schedule are stored and shown [count]. */
export const timesAhead = 3

/** What is stored of a schedule. */
export interface ScheduleEdit {
  readonly schedule: Required<Schedule> | null
  /** Its next times, the next one first. */
  readonly nextRunsAt: readonly Date[]
  /** Newest time at which no run was started. */
  readonly skippedAt: Date | null
  readonly skippedReason: string | null
}

/** Tells the time by PostgreSQL's clock, the only one that decides what is due. */
export async function databaseTime(db: Transaction): Promise<Date> {
  const [row] = await db.$queryRaw<[{ now: Date }]>`SELECT clock_timestamp() AS now`
  return row.now
}

/** Tells whether the time of some query of these brokers has come. */
export async function isAnyDue(db: Transaction, brokerIds: readonly string[]): Promise<boolean> {
  const [row] = await db.$queryRaw<[{ isAny: boolean }]>`
    SELECT EXISTS (SELECT FROM "BrokerQuery" WHERE "nextRunsAt"[1] <= now() AND "brokerId" = ANY(${brokerIds}::text[])) AS "isAny"`
  return row.isAny
}

/** A query whose time has come. */
export interface DueQuery {
  readonly id: string
  readonly schedule: unknown
  readonly createdBy: string
  /** The time that has come. */
  readonly dueAt: Date
  /** The time by PostgreSQL's clock. */
  readonly now: Date
}

/** Takes one query of these brokers whose time has come, and holds it until the transaction ends; null when there is none that nobody holds. */
export async function takeDueQuery(tx: Transaction, brokerIds: readonly string[]): Promise<DueQuery | null> {
  const rows = await tx.$queryRaw<DueQuery[]>`
    SELECT id, schedule, "createdBy", "nextRunsAt"[1] AS "dueAt", clock_timestamp() AS now FROM "BrokerQuery"
    WHERE "nextRunsAt"[1] <= now() AND "brokerId" = ANY(${brokerIds}::text[])
    ORDER BY "nextRunsAt"[1] LIMIT 1 FOR NO KEY UPDATE SKIP LOCKED`
  return rows[0] ?? null
}

interface Due {
  readonly id: string
  readonly dueAt: Date
  readonly nextRunsAt: readonly Date[]
  /** Why no run was started; null when one was. */
  readonly skipped: string | null
}

/** Moves a query on to the next times of its schedule; that is no edit. */
export async function passDueTime(tx: Transaction, { id, dueAt, nextRunsAt, skipped }: Due): Promise<void> {
  await tx.$executeRaw`
    UPDATE "BrokerQuery" SET "nextRunsAt" = ${nextRunsAt}::timestamptz[],
      "skippedAt" = CASE WHEN ${skipped}::text IS NULL THEN "skippedAt" ELSE ${dueAt}::timestamptz END,
      "skippedReason" = coalesce(${skipped}, "skippedReason")
    WHERE id = ${id}::uuid`
}
