import type { Gate, Pass } from '../broker-kit/gate.ts'
import type { Registry } from '../broker-kit/registry.ts'
import type { Database } from '../database.ts'
import type { Metrics } from '../metrics.ts'
import { type BrokerGate, createGate } from './gate.ts'
import { freedChannel, renewPlaces } from './places-store.ts'
import { defaultPolicy, type Policy } from './policy.ts'
import type { GateLog } from './reporting.ts'
import { findState, openStates, stateChannel } from './state-store.ts'
import { type Timing, timePass } from './time-pass.ts'
import { type Hindrance, waitingWords } from './words.ts'

/** Who asks a broker. */
export interface Asker {
  /** Longest wait for one request [ms]; left out: as long as it takes. */
  readonly longestWait?: number
  /** Whether the request finds out how the broker is doing: it passes an open circuit breaker. */
  readonly isCheck?: boolean
  /** Told when requests begin to wait for long, for their turn or for the broker, and when they go on. */
  readonly onWaiting?: (isWaiting: boolean) => void
}

/** The gates of all brokers, which this process shares with the others. */
export interface Gates {
  /** The gate of a broker, for one context. */
  gateOf(brokerId: string, asker?: Asker): Gate
  /** Gives back what is held. */
  close(): Promise<void>
}

/** What gates are made of. */
export interface GatesParts {
  readonly database: Database
  readonly registry: Registry
  readonly log: GateLog
  readonly metrics: Pick<Metrics, 'brokerSeconds'>
  readonly policy?: Partial<Policy>
}

/** Opens the gates of all installed brokers. */
export async function openGates({ database, registry, log, metrics, policy: chosen }: GatesParts): Promise<Gates> {
  const policy = { ...defaultPolicy, ...chosen }
  const gates = new Map([...registry].map(([id, broker]) => [id, createGate({ broker, database, policy, log })]))
  const { pool, notifications } = database

  const follow = async (brokerId: string) => {
    const gate = gates.get(brokerId)
    const state = gate && (await findState(pool, brokerId))
    if (state) gate.follow(state)
  }
  const followAll = async () => {
    for (const state of await openStates(pool, [...registry.keys()])) gates.get(state.brokerId)?.follow(state)
  }
  const failed = (error: unknown) => log.warn({ error: String(error) }, 'How the brokers are doing could not be read.')
  const forget = [
    notifications.on(stateChannel, brokerId => void follow(brokerId).catch(failed)),
    notifications.on(freedChannel, brokerId => gates.get(brokerId)?.wake()),
    notifications.onReconnect(() => void followAll().catch(failed))
  ]
  const renewing = setInterval(() => {
    const held = [...gates.values()].flatMap(gate => [...gate.held])
    if (held.length > 0) renewPlaces(pool, held, policy.lease).catch(failed)
  }, policy.renewal).unref()
  await followAll()

  return {
    gateOf(brokerId, asker = {}) {
      const gate = gates.get(brokerId)
      const broker = registry.get(brokerId)
      if (gate === undefined || broker === undefined) throw new Error(`There is no gate for '${brokerId}'.`)
      return gateFor(gate, { brokerId, metrics, asker, policy, named: { name: broker.module.name, limits: broker.limits } })
    },
    async close() {
      clearInterval(renewing)
      for (const unsubscribe of forget) unsubscribe()
      await Promise.all([...gates.values()].map(gate => gate.close()))
    }
  }
}

interface Surroundings extends Omit<Timing, 'signal'> {
  readonly asker: Asker
  readonly policy: Policy
  readonly named: Parameters<typeof waitingWords>[1]
}

function gateFor(gate: BrokerGate, { brokerId, metrics, asker, policy, named }: Surroundings): Gate {
  const { longestWait = Number.POSITIVE_INFINITY, isCheck = false, onWaiting } = asker
  const toldAt = new Map<Hindrance['kind'], number>()
  let waiting = 0
  const wait = (change: 1 | -1) => {
    const before = waiting
    waiting += change
    if (before === 0 || waiting === 0) onWaiting?.(waiting > 0)
  }

  return {
    async enter({ signal, onWait }) {
      const begun = performance.now()
      let isLong = false
      const onHindrance = (hindrance: Hindrance) => {
        const now = performance.now()
        if (Math.max(hindrance.until ?? 0, now) - begun < policy.toldWait) return
        if (!isLong) wait(1)
        isLong = true
        if (now - (toldAt.get(hindrance.kind) ?? Number.NEGATIVE_INFINITY) < policy.toldAgain) return
        toldAt.set(hindrance.kind, now)
        onWait(waitingWords(hindrance, named))
      }
      try {
        const pass = await gate.enter({ signal, longestWait, isCheck, onHindrance })
        return watchSilence(timePass(pass, { brokerId, signal, metrics }), policy.toldWait, wait)
      } finally {
        if (isLong) wait(-1)
      }
    }
  }
}

/** Counts a request as waiting, too, when its broker has been silent for a while [ms]. */
function watchSilence(pass: Pass, patience: number, wait: (change: 1 | -1) => void): Pass {
  let isSilent = false
  const timer = setTimeout(() => {
    isSilent = true
    wait(1)
  }, patience).unref()
  const settle = () => {
    clearTimeout(timer)
    if (isSilent) wait(-1)
    isSilent = false
  }
  return {
    report(report) {
      settle()
      pass.report(report)
    },
    leave() {
      settle()
      pass.leave()
    }
  }
}
