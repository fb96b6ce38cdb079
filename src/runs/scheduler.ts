import { type Background, startLoop } from '../background.ts'
import type { Registry } from '../broker-kit/registry.ts'
import type { Database } from '../database.ts'
import type { WorkerLog } from './attempt-run.ts'
import { startDueRun } from './start-due-run.ts'

interface SchedulerOptions {
  readonly database: Database
  readonly registry: Registry
  readonly log: WorkerLog
}

const pollMilliseconds = 1000

/** Starts the runs of queries whose time has come, until it is stopped. Any number of processes can do so side by side. */
export function startScheduler({ database, registry, log }: SchedulerOptions): Background {
  const work = async () => {
    const passed = await startDueRun({ database, registry })
    if (passed === null) return false
    if (passed.skipped === null) log.info(passed, 'A run was started by its schedule.')
    else log.info(passed, 'A time of a schedule was skipped.')
    return true
  }
  return startLoop({
    work,
    pollMilliseconds,
    onError: error => log.error({ error }, 'The schedules could not be read; trying again.')
  })
}
