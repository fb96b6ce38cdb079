import type { InstalledBroker, Registry } from '../broker-kit/registry.ts'
import type { Database } from '../database.ts'
import type { Metrics } from '../metrics.ts'
import type { Gates } from '../outbound/gates.ts'
import { attemptRun, HandedBackError, type WorkerLog } from './attempt-run.ts'
import { FencedError } from './execute-run.ts'
import { claimRun, failPoisonedRuns } from './queue-store.ts'
import type { RunKinds } from './run-kind.ts'

/** What a worker works with. */
export interface WorkerOptions {
  readonly database: Database
  readonly registry: Registry
  /** What it can execute; runs of other kinds are left to others. */
  readonly kinds: RunKinds
  readonly gates: Gates
  readonly log: WorkerLog
  readonly metrics: Metrics
  /** Runs of finite sources executed at once [count]. */
  readonly concurrency: number
}

/** Executes runs until it is stopped. */
export interface Worker {
  /** Claims no more, hands back what is being executed, and answers when all of it is. */
  stop(): Promise<void>
}

const pollMilliseconds = 1000
/** Runs of endless sources at once [count]: they wait most of the time, and must not keep others from being executed. */
const endlessConcurrency = 64
/** Runs at once [count], those included that wait for their broker, or for their turn: they cost little, and must not keep others either. */
const mostActive = 128

interface ActiveRun {
  readonly broker: InstalledBroker
  readonly stop: AbortController
  readonly done: Promise<void>
}

/** Starts a worker: it takes up runs that wait and those whose worker died. */
export function startWorker({ database, registry, kinds, gates, log, metrics, concurrency }: WorkerOptions): Worker {
  const active = new Map<string, ActiveRun>()
  const waiting = new Set<string>()
  let stopping = false
  /** When poisoned runs were looked for. */
  let poisonedAt = Number.NEGATIVE_INFINITY
  let wake = () => {}
  /** Whether runs were left in the queue for want of room; only then does the end of one make others claimable. */
  let isFull = false
  const forget = [
    database.notifications.on('run_queued', () => wake()),
    database.notifications.onReconnect(() => wake()),
    // The fence stops a cancelled run at its next batch anyway; this stops its request to the broker at once.
    database.notifications.on('run_cancelled', runId => active.get(runId)?.stop.abort(new FencedError('The run was cancelled.')))
  ]

  /** Claims and begins a run; answers it, or null when there was none. */
  const claim = async (brokerIds: readonly string[]) => {
    const run = await claimRun(database, { brokerIds, kinds: Object.keys(kinds) })
    const kind = run && kinds[run.kind]
    const broker = run && registry.get(run.brokerId)
    if (!run || !kind || !broker) return null
    const stop = new AbortController()
    const onWaiting = (isWaiting: boolean) => {
      if (isWaiting) waiting.add(run.runId)
      else waiting.delete(run.runId)
      wake()
    }
    const gate = gates.gateOf(run.brokerId, { onWaiting })
    const done = attemptRun({ run, kind, broker, gate, database, log, metrics, stop }).finally(() => {
      active.delete(run.runId)
      if (isFull) wake()
    })
    active.set(run.runId, { broker, stop, done })
    return run
  }

  /** Looks for a run to begin; tells whether to look again at once. */
  const look = async () => {
    const busy = [...active].filter(([runId]) => !waiting.has(runId)).map(([, run]) => run)
    const brokerIds = active.size < mostActive ? claimable(registry, busy, concurrency) : []
    isFull = brokerIds.length < registry.size
    if (brokerIds.length === 0) return false
    try {
      const claimed = await claim(brokerIds)
      if (claimed !== null) return claimed.isMoreWaiting
      if (performance.now() - poisonedAt < pollMilliseconds) return false
      if ((await failPoisonedRuns(database)) > 0) log.warn({}, 'A run killed five workers in a row and has failed.')
      poisonedAt = performance.now()
      return false
    } catch (error) {
      log.error({ error }, 'The queue could not be read; trying again.')
      return false
    }
  }

  const work = async () => {
    while (!stopping) {
      const { promise, resolve } = Promise.withResolvers<void>()
      wake = resolve
      if (await look()) continue
      const timer = setTimeout(resolve, pollMilliseconds)
      if (!stopping) await promise
      clearTimeout(timer)
    }
  }
  const working = work()

  const stop = async () => {
    stopping = true
    wake()
    await working
    for (const run of active.values()) run.stop.abort(new HandedBackError('The worker stops.'))
    await Promise.all([...active.values()].map(({ done }) => done))
    for (const unsubscribe of forget) unsubscribe()
  }
  return { stop }
}

/** The brokers whose runs this worker has room for. */
function claimable(registry: Registry, active: readonly ActiveRun[], concurrency: number): string[] {
  const endless = active.filter(({ broker }) => isEndless(broker)).length
  const hasRoom = (broker: InstalledBroker) => (isEndless(broker) ? endless < endlessConcurrency : active.length - endless < concurrency)
  return [...registry].filter(([, broker]) => hasRoom(broker)).map(([id]) => id)
}

function isEndless({ module }: InstalledBroker): boolean {
  return module.delivery === 'endless'
}
