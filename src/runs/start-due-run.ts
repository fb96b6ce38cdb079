import type { Registry } from '../broker-kit/registry.ts'
import { type Database, inPrismaTransaction, queryableOf, type Transaction } from '../database.ts'
import { isSchedule, nextStarts, type Schedule, scheduleComplaints } from '../domain/schedule.ts'
import { Problem } from '../http/problems.ts'
import { type DueQuery, isAnyDue, passDueTime, takeDueQuery, timesAhead } from '../queries/schedule-store.ts'
import { startQueryRun } from './start-run.ts'
import { hasRun } from './store.ts'

interface Scheduling {
  readonly database: Database
  readonly registry: Registry
}

/** What became of a time of a schedule. */
export interface PassedTime {
  readonly queryId: string
  readonly dueAt: Date
  /** Why no run was started; null when one was. */
  readonly skipped: string | null
}

/**
 * Starts the run of one query whose time has come, or skips that time; null when there is none. The run and the next
 * times are stored in one transaction that holds the query: each time is passed once, however many do this.
 */
export async function startDueRun({ database, registry }: Scheduling): Promise<PassedTime | null> {
  const brokerIds = [...registry.keys()]
  if (!(await isAnyDue(database.prisma, brokerIds))) return null
  let due: DueQuery | null = null
  try {
    return await inPrismaTransaction(database, async tx => {
      due = await takeDueQuery(tx, brokerIds)
      return due && passTime(tx, due, await skipReason(tx, { due, registry }))
    })
  } catch (error) {
    // What one query does to the code that starts it must not keep the others from being started.
    const failed: DueQuery | null = due
    if (failed === null) throw error
    return inPrismaTransaction(database, tx => passTime(tx, failed, `It could not be started: ${messageOf(error)}`))
  }
}

/** Starts the run, or says why not. */
async function skipReason(tx: Transaction, { due, registry }: { due: DueQuery; registry: Registry }): Promise<string | null> {
  const { id: queryId, createdBy, dueAt: scheduledFor } = due
  const schedule = readSchedule(due)
  if (schedule === null) return 'The schedule cannot be read any more: edit it.'
  if (await hasRun(tx, { queryId, statuses: ['queued', 'running'] })) return 'An earlier run of the query had not ended.'
  const origin = { createdBy, requestId: null, traceId: null }
  try {
    await startQueryRun(queryableOf(tx), { registry, origin, queryId, scheduledFor, onlyNew: schedule.onlyNew ?? false })
    return null
  } catch (error) {
    if (error instanceof Problem) return error.detail
    throw error
  }
}

async function passTime(tx: Transaction, due: DueQuery, skipped: string | null): Promise<PassedTime> {
  const { id, dueAt, now } = due
  const schedule = readSchedule(due)
  const nextRunsAt = schedule === null ? [] : nextStarts(schedule, { key: id, after: now, count: timesAhead })
  await passDueTime(tx, { id, dueAt, nextRunsAt, skipped })
  return { queryId: id, dueAt, skipped }
}

/** The schedule of a query; null when it is none to this release, or names a time zone that is not known here. */
function readSchedule({ schedule }: DueQuery): Schedule | null {
  return isSchedule(schedule) && scheduleComplaints(schedule).length === 0 ? schedule : null
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
