import type { Logger } from '../broker-kit/define-broker.ts'
import type { Gate } from '../broker-kit/gate.ts'
import type { InstalledBroker } from '../broker-kit/registry.ts'
import type { Database } from '../database.ts'
import type { Metrics } from '../metrics.ts'
import { executeRun, FencedError } from './execute-run.ts'
import { endRun, type ToldRun } from './progress-store.ts'
import { type ClaimedRun, handBack, renewLease } from './queue-store.ts'
import type { RunKind } from './run-kind.ts'

/** Where a worker tells its operator what happens. */
export interface WorkerLog extends Logger {
  error(fields: object, message: string): void
}

/** One attempt at a run that this worker holds. */
export interface Attempt {
  readonly run: ClaimedRun
  readonly kind: RunKind
  readonly broker: InstalledBroker
  /** What the requests to the broker pass. */
  readonly gate: Gate
  readonly database: Database
  readonly log: WorkerLog
  readonly metrics: Metrics
  /** Ends the attempt: with `HandedBackError` the run goes back to the queue. */
  readonly stop: AbortController
}

/** Says that the run is given back to the queue. */
export class HandedBackError extends Error {
  override readonly name = 'HandedBackError'
}

/** What has become of a run, as far as an attempt knows that does not hold it any more. */
const fenced: ToldRun = { status: 'fenced', word: null }
const renewMilliseconds = 5000
/** After so long without a renewal another worker may have the run [ms]. */
const leaseMilliseconds = 15_000

/** Executes one attempt of a run, and never throws. */
export async function attemptRun(attempt: Attempt): Promise<void> {
  const { run, kind, broker, gate, database, metrics, stop } = attempt
  const log = logOf(attempt)
  const lease = keepLease(attempt, log)
  log.info({}, 'The run begins.')
  try {
    const end = await executeRun(kind, { run, broker, gate, database, log, metrics, signal: stop.signal })
    const { status, word } = end.ended ?? (await endRun(database.pool, run, end)) ?? fenced
    if (word !== null) database.notifications.tell('run_ended', word)
    metrics.runsEnded.inc({ broker: run.brokerId, status })
    log.info({ status, error: end.error, truncatedBy: end.truncatedBy }, 'The run has ended.')
  } catch (error) {
    if (error instanceof FencedError) log.info({}, error.message)
    else if (error instanceof HandedBackError) await giveBack(attempt, log)
    else log.error({ error }, 'The run could not be recorded; it is taken up again when its lease is over.')
  } finally {
    lease.stop()
  }
}

/** The log of the worker, each line of which tells the run, and the request and the trace that started it. */
function logOf({ log, run: { runId, attempt, brokerId, requestId, traceId } }: Attempt): WorkerLog {
  const fields = { runId, attempt, brokerId, ...(requestId !== null && { requestId }), ...(traceId !== null && { traceId }) }
  return {
    debug: (more, message) => log.debug({ ...more, ...fields }, message),
    info: (more, message) => log.info({ ...more, ...fields }, message),
    warn: (more, message) => log.warn({ ...more, ...fields }, message),
    error: (more, message) => log.error({ ...more, ...fields }, message)
  }
}

async function giveBack({ database, run }: Attempt, log: WorkerLog): Promise<void> {
  try {
    await handBack(database, run)
    log.info({}, 'The run was handed back.')
  } catch (error) {
    log.warn({ error }, 'The run could not be handed back; it is taken up again when its lease is over.')
  }
}

/** Renews the lease of a run while it is executed, and stops the execution when the lease is lost. */
function keepLease({ database, run, stop }: Attempt, log: WorkerLog) {
  let renewedAt = performance.now()
  const renew = async () => {
    try {
      if (await renewLease(database, run)) renewedAt = performance.now()
      else stop.abort(new FencedError('The run belongs to another worker, or has ended.'))
    } catch (error) {
      log.warn({ error }, 'The lease of a run could not be renewed.')
      if (performance.now() - renewedAt > leaseMilliseconds) stop.abort(new FencedError('The lease of the run is over.'))
    }
  }
  const timer = setInterval(() => void renew(), renewMilliseconds)
  return { stop: () => clearInterval(timer) }
}
