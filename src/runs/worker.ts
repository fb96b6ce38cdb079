import type { Logger } from '../broker-kit/define-broker.ts'
import type { Registry } from '../broker-kit/registry.ts'
import type { Database } from '../database.ts'
import { executeRun, FencedError } from './execute-run.ts'
import { type ClaimedRun, claimRun, endRun, failPoisonedRuns, handBack, renewLease } from './queue-store.ts'

/** Where a worker tells its operator what happens. */
export interface WorkerLog extends Logger {
  error(fields: object, message: string): void
}

/** What a worker works with. */
export interface WorkerOptions {
  readonly database: Database
  readonly registry: Registry
  readonly log: WorkerLog
  /** Runs executed at once [count]. */
  readonly concurrency: number
}

/** Executes runs until it is stopped. */
export interface Worker {
  /** Claims no more, hands back what is being executed, and answers when all of it is. */
  stop(): Promise<void>
}

const pollMilliseconds = 1000
const renewMilliseconds = 5000
/** After so long without a renewal another worker may have the run [ms]. */
const leaseMilliseconds = 15_000

class HandedBackError extends Error {
  override readonly name = 'HandedBackError'
}

/** Starts a worker: it takes up runs that wait and those whose worker died. */
export function startWorker(options: WorkerOptions): Worker {
  const { database, registry, log, concurrency } = options
  const active = new Map<string, { readonly stop: AbortController; readonly done: Promise<void> }>()
  let stopping = false
  let wake = () => {}
  const forget = [
    database.notifications.on('run_queued', () => wake()),
    database.notifications.onReconnect(() => wake()),
    // The fence stops a cancelled run at its next batch anyway; this stops its request to the broker at once.
    database.notifications.on('run_cancelled', runId => active.get(runId)?.stop.abort(new FencedError('The run was cancelled.')))
  ]

  const begin = (run: ClaimedRun) => {
    const stop = new AbortController()
    const done = attemptRun(options, run, stop).finally(() => {
      active.delete(run.runId)
      wake()
    })
    active.set(run.runId, { stop, done })
  }

  const claim = async () => {
    try {
      if ((await failPoisonedRuns(database)) > 0) log.warn({}, 'A run killed five workers in a row and has failed.')
      const run = await claimRun(database, [...registry.keys()])
      if (run) begin(run)
      return run !== null
    } catch (error) {
      log.error({ error }, 'The queue could not be read; trying again.')
      return false
    }
  }

  const work = async () => {
    while (!stopping) {
      const { promise, resolve } = Promise.withResolvers<void>()
      wake = resolve
      if (active.size < concurrency && (await claim())) continue
      const timer = setTimeout(resolve, pollMilliseconds)
      if (!stopping) await promise
      clearTimeout(timer)
    }
  }
  const working = work()

  return {
    stop: async () => {
      stopping = true
      wake()
      await working
      for (const { stop } of active.values()) stop.abort(new HandedBackError('The worker stops.'))
      await Promise.all([...active.values()].map(({ done }) => done))
      for (const unsubscribe of forget) unsubscribe()
    }
  }
}

/** Executes one attempt of a run, and never throws. */
async function attemptRun({ database, registry, log }: WorkerOptions, run: ClaimedRun, stop: AbortController): Promise<void> {
  const fields = { runId: run.runId, attempt: run.attempt, brokerId: run.brokerId }
  const broker = registry.get(run.brokerId)
  if (broker === undefined) return
  const lease = keepLease({ database, log }, run, stop)
  log.info(fields, 'The run begins.')
  try {
    const end = await executeRun({ run, broker, database, log, signal: stop.signal })
    await endRun(database, run, end)
    log.info({ ...fields, error: end.error, truncatedBy: end.truncatedBy }, 'The run has ended.')
  } catch (error) {
    if (error instanceof FencedError) log.info(fields, error.message)
    else if (error instanceof HandedBackError) await giveBack({ database, log }, run)
    else log.error({ ...fields, error }, 'The run could not be recorded; it is taken up again when its lease is over.')
  } finally {
    lease.stop()
  }
}

type Surroundings = Pick<WorkerOptions, 'database' | 'log'>

async function giveBack({ database, log }: Surroundings, run: ClaimedRun): Promise<void> {
  try {
    await handBack(database, run)
    log.info({ runId: run.runId }, 'The run was handed back.')
  } catch (error) {
    log.warn({ runId: run.runId, error }, 'The run could not be handed back; it is taken up again when its lease is over.')
  }
}

/** Renews the lease of a run while it is executed, and stops the execution when the lease is lost. */
function keepLease({ database, log }: Surroundings, run: ClaimedRun, stop: AbortController) {
  let renewedAt = performance.now()
  const renew = async () => {
    try {
      if (await renewLease(database, run)) renewedAt = performance.now()
      else stop.abort(new FencedError('The run belongs to another worker, or has ended.'))
    } catch (error) {
      log.warn({ runId: run.runId, error }, 'The lease of a run could not be renewed.')
      if (performance.now() - renewedAt > leaseMilliseconds) stop.abort(new FencedError('The lease of the run is over.'))
    }
  }
  const timer = setInterval(() => void renew(), renewMilliseconds)
  return { stop: () => clearInterval(timer) }
}
