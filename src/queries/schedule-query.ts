import type { Transaction } from '../database.ts'
import { isSchedule, nextStarts, type Schedule } from '../domain/schedule.ts'
import { databaseTime, type ScheduleEdit, timesAhead } from './schedule-store.ts'
import type { StoredQuery } from './store.ts'

/** Makes of a schedule, or of none, what is stored of it. */
export async function toSchedule(db: Transaction, { id, schedule }: { id: string; schedule: Schedule | null }): Promise<ScheduleEdit> {
  if (schedule === null) return { schedule: null, nextRunsAt: [], skippedAt: null, skippedReason: null }
  const { cron, timeZone, paused = false, onlyNew = false } = schedule
  const nextRunsAt = nextStarts(schedule, { key: id, after: await databaseTime(db), count: timesAhead })
  return { schedule: { cron, timeZone, paused, onlyNew }, nextRunsAt, skippedAt: null, skippedReason: null }
}

/** Makes of an edited schedule what is stored of it. A time that is due already stays so, unless the edit changes the times. */
export async function toEditedSchedule(db: Transaction, query: StoredQuery, schedule: Schedule | null): Promise<ScheduleEdit> {
  const { schedule: before, nextRunsAt, skippedAt, skippedReason } = query
  const edited = await toSchedule(db, { id: query.id, schedule })
  const isSame = schedule !== null && isSchedule(before) && timesOf(before) === timesOf(schedule)
  return isSame ? { ...edited, nextRunsAt, skippedAt, skippedReason } : edited
}

function timesOf({ cron, timeZone, paused = false }: Schedule): string {
  return JSON.stringify([cron, timeZone, paused])
}
