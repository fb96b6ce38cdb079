import type { InstalledBroker, Registry } from '../broker-kit/registry.ts'
import type { Database } from '../database.ts'
import type { Metrics } from '../metrics.ts'
import type { Gates } from '../outbound/gates.ts'
import { attemptRun, HandedBackError, type WorkerLog } from './attempt-run.ts'
import { FencedError } from './execute-run.ts'
import { type ClaimedRun, claimRun, failPoisonedRuns, firstAttempt } from './queue-store.ts'
import type { Reserve } from './reservation.ts'
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
  /** Keeps room for a run that this process is about to store: then it need not go through the queue. */
  readonly reserve: Reserve
  /** Claims no more, hands back what is being executed, and answers when all of it is. */
  stop(): Promise<void>
}

const pollMilliseconds = 1000
/** Runs of endless sources at once [count]: they wait most of the time, and must not keep others from being executed. */
const endlessConcurrency = 64
/** Runs at once [count], those included that wait for their broker, or for their turn: they cost little, and must not keep others either. */
const mostActive = 128

interface Busy {
  readonly broker: InstalledBroker
}

interface ActiveRun extends Busy {
  readonly stop: AbortController
  readonly done: Promise<void>
}

/** Starts a worker: it takes up runs that wait and those whose worker died. */
export function startWorker({ database, registry, kinds, gates, log, metrics, concurrency }: WorkerOptions): Worker {
  const active = new Map<string, ActiveRun>()
  const waiting = new Set<string>()
  const reserved = new Set<Busy>()
  let stopping = false
  /** When poisoned runs were looked for. */
  let poisonedAt = Number.NEGATIVE_INFINITY
  let wake = () => {}
  /** Whether runs were left in the queue for want of room; only then does the end of one make others claimable. */
  let isFull = false
  /** Whether no run waits that this worker has room for. */
  let isQueueEmpty = false
  /** How often there was word of the queue [count]. */
  let words = 0
  const hear = () => {
    words++
    isQueueEmpty = false
    wake()
  }
  const forget = [
    database.notifications.on('run_queued', hear),
    database.notifications.onReconnect(hear),
    // The fence stops a cancelled run at its next batch anyway; this stops its request to the broker at once.
    database.notifications.on('run_cancelled', runId => active.get(runId)?.stop.abort(new FencedError('The run was cancelled.')))
  ]

  const begin = (run: ClaimedRun) => {
    const kind = kinds[run.kind]
    const broker = registry.get(run.brokerId)
    if (!kind || !broker) throw new Error(`This worker cannot execute a run of '${run.kind}' at '${run.brokerId}'.`)
    const stop = new AbortController()
    if (stopping) stop.abort(stopped())
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
  }

  /** The brokers whose runs this worker has room for. */
  const brokersWithRoom = () => {
    if (active.size + reserved.size >= mostActive) return []
    const busy = [...[...active].filter(([runId]) => !waiting.has(runId)).map(([, run]) => run), ...reserved]
    return claimable(registry, busy, concurrency)
  }

  const reserve: Reserve = brokerId => {
    const broker = registry.get(brokerId)
    if (stopping || !isQueueEmpty || broker === undefined || !brokersWithRoom().includes(brokerId)) return null
    const room = { broker }
    reserved.add(room)
    const release = () => void reserved.delete(room)
    return {
      begin: run => {
        release()
        begin(firstAttempt(run))
      },
      release
    }
  }

  /** Looks for a run to begin; tells whether to look again at once. */
  const look = async () => {
    const brokerIds = brokersWithRoom()
    const heard = words
    isFull = brokerIds.length < registry.size
    if (isFull) isQueueEmpty = false
    if (brokerIds.length === 0) return false
    try {
      const claimed = await claimRun(database, { brokerIds, kinds: Object.keys(kinds) })
      if (claimed !== null) begin(claimed)
      const isMoreWaiting = claimed?.isMoreWaiting ?? false
      isQueueEmpty = !isFull && !isMoreWaiting && heard === words
      if (claimed !== null) return isMoreWaiting
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
    for (const run of active.values()) run.stop.abort(stopped())
    await Promise.all([...active.values()].map(({ done }) => done))
    for (const unsubscribe of forget) unsubscribe()
  }
  return { reserve, stop }
}

function stopped(): HandedBackError {
  return new HandedBackError('The worker stops.')
}

/** The brokers whose runs there is room for beside those that are executed. */
function claimable(registry: Registry, active: readonly Busy[], concurrency: number): string[] {
  const endless = active.filter(({ broker }) => isEndless(broker)).length
  const hasRoom = (broker: InstalledBroker) => (isEndless(broker) ? endless < endlessConcurrency : active.length - endless < concurrency)
  return [...registry].filter(([, broker]) => hasRoom(broker)).map(([id]) => id)
}

function isEndless({ module }: InstalledBroker): boolean {
  return module.delivery === 'endless'
}
