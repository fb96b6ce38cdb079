import { setTimeout as sleep } from 'node:timers/promises'
import type { Database } from '../database.ts'
import type { WorkerLog } from './attempt-run.ts'
import { isBusy, makePartitions, readClock } from './house-store.ts'
import { closeSegments, dropAlerts, dropResults, publishRetention, trimRuns } from './retention-store.ts'

/** What housekeeping works with. */
export interface HouseOptions {
  readonly database: Pick<Database, 'pool'>
  readonly log: WorkerLog
  /** How long results are kept after their run has ended [day]; null: for ever. */
  readonly retentionDays: number | null
}

const everyHour = 3_600_000 // [ms]
const attempts = 5
const pause = 2000 // [ms]

/** Makes partitions ahead and drops old ones: now, and every hour until it is stopped. Any number of processes may do it. */
export function startHousekeeping(options: HouseOptions): { stop(): Promise<void> } {
  const stopping = new AbortController()
  const work = async () => {
    while (!stopping.signal.aborted) {
      await keepHouseOnce(options, stopping.signal)
      // Not all processes at the same moment.
      await sleep(everyHour * (0.9 + 0.2 * Math.random()), undefined, { signal: stopping.signal, ref: false }).catch(() => {})
    }
  }
  const working = work()
  return {
    stop: () => {
      stopping.abort()
      return working
    }
  }
}

/** Does all of the housekeeping once; a step that fails is logged, and done the next time. */
export async function keepHouseOnce({ database: { pool }, log, retentionDays }: HouseOptions, signal: AbortSignal): Promise<void> {
  const made = await attempt('making partitions', { log, signal }, () => makePartitions(pool))
  if (made?.length) log.info({ made }, 'Made partitions for the coming days.')
  await attempt('noting how far long runs have come', { log, signal }, () => closeSegments(pool))
  await attempt('telling how long results are kept', { log, signal }, () => publishRetention(pool, retentionDays))
  if (retentionDays === null) return
  const dropped = await attempt('dropping old results', { log, signal }, async () => {
    const now = await readClock(pool)
    await trimRuns(pool, retentionDays)
    // Alerts after the results, which refer to them.
    return [...(await dropResults(pool, retentionDays, now)), ...(await dropAlerts(pool, retentionDays, now))]
  })
  if (dropped?.length) log.info({ dropped }, 'Dropped old results and alerts.')
}

interface Surroundings {
  readonly log: WorkerLog
  readonly signal: AbortSignal
}

async function attempt<T>(what: string, { log, signal }: Surroundings, work: () => Promise<T>): Promise<T | null> {
  for (let count = 1; !signal.aborted; count++) {
    try {
      return await work()
    } catch (error) {
      if (isBusy(error) && count < attempts) await sleep(pause, undefined, { signal }).catch(() => {})
      else {
        log.warn({ error, what }, 'Housekeeping could not be done; it is tried again within the hour.')
        return null
      }
    }
  }
  return null
}
