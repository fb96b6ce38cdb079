import type { Logger } from '../broker-kit/define-broker.ts'
import type { Gate } from '../broker-kit/gate.ts'
import type { InstalledBroker } from '../broker-kit/registry.ts'
import type { Database } from '../database.ts'
import type { Metrics } from '../metrics.ts'
import { executeRun, FencedError } from './execute-run.ts'
import { type ClaimedRun, endRun, handBack, renewLease } from './queue-store.ts'
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

const renewMilliseconds = 5000
/** After so long without a renewal another worker may have the run [ms]. */
const leaseMilliseconds = 15_000

/** Executes one attempt of a run, and never throws. */
export async function attemptRun(attempt: Attempt): Promise<void> {
  const { run, kind, broker, gate, database, log, metrics, stop } = attempt
  const fields = { runId: run.runId, attempt: run.attempt, brokerId: run.brokerId }
  const lease = keepLease(attempt)
  log.info(fields, 'The run begins.')
  try {
    const end = await executeRun(kind, { run, broker, gate, database, log, metrics, signal: stop.signal })
    const status = await endRun(database, run, end)
    metrics.runsEnded.inc({ broker: run.brokerId, status: status ?? 'fenced' })
    log.info({ ...fields, status, error: end.error, truncatedBy: end.truncatedBy }, 'The run has ended.')
  } catch (error) {
    if (error instanceof FencedError) log.info(fields, error.message)
    else if (error instanceof HandedBackError) await giveBack(attempt)
    else log.error({ ...fields, error }, 'The run could not be recorded; it is taken up again when its lease is over.')
  } finally {
    lease.stop()
  }
}

async function giveBack({ database, log, run }: Attempt): Promise<void> {
  try {
    await handBack(database, run)
    log.info({ runId: run.runId }, 'The run was handed back.')
  } catch (error) {
    log.warn({ runId: run.runId, error }, 'The run could not be handed back; it is taken up again when its lease is over.')
  }
}

/** Renews the lease of a run while it is executed, and stops the execution when the lease is lost. */
function keepLease({ database, log, run, stop }: Attempt) {
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
