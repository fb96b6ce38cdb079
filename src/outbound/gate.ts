import { isBrokerError } from '../broker-kit/errors.ts'
import type { GateEntry, Pass, RequestReport } from '../broker-kit/gate.ts'
import type { InstalledBroker } from '../broker-kit/registry.ts'
import type { Database } from '../database.ts'
import { inOrder } from './in-order.ts'
import { leavePlaces, type PlaceAnswer, takePlace } from './places-store.ts'
import type { Policy } from './policy.ts'
import { createReporting, type GateLog } from './reporting.ts'
import { type BrokerStateRow, releaseProbe, takeProbe } from './state-store.ts'
import { createBell, unlessAborted } from './waiting.ts'
import { type Hindrance, openError, tooLongError } from './words.ts'

/** What the gate of one broker is made of. */
export interface GateParts {
  readonly broker: InstalledBroker
  readonly database: Pick<Database, 'pool'>
  readonly policy: Policy
  readonly log: GateLog
}

/** How a request goes through. */
export interface Passage extends Pick<GateEntry, 'signal'> {
  /** Longest wait [ms]; a request that would have to wait for longer fails at once. */
  readonly longestWait: number
  /** Lets it through an open breaker: somebody wants to know now. */
  readonly isCheck: boolean
  /** Told what the request waits for, again when it looked and has to wait on. */
  onHindrance(hindrance: Hindrance): void
}

export type Enter = (passage: Passage) => Promise<Pass>

/** The gate of one broker in this process. */
export interface BrokerGate {
  readonly enter: Enter
  /** Takes over what the database says. */
  follow(state: BrokerStateRow): void
  /** Has all who wait look again. */
  wake(): void
  /** Places that are taken at present. */
  readonly held: ReadonlySet<string>
  /** Gives back all places and waits until everything is noted. */
  close(): Promise<void>
}

/** How long a wait is trusted before it is looked again, as what it is for may have ended sooner [ms]. */
const longestLook = 30_000

/** Makes the gate of one broker. Without limits, a request that meets no trouble asks the database nothing. */
export function createGate({ broker, database: { pool }, policy, log }: GateParts): BrokerGate {
  const { module, limits } = broker
  const brokerId = module.id
  const isMetered = limits.concurrency !== undefined || limits.requests !== undefined
  const named = { name: module.name, limits }
  const held = new Set<string>()
  const bell = createBell()
  const reporting = createReporting({ brokerId, pool, policy, log, onChange: bell.ring })

  function createPass({ placeId, isProbe }: { placeId: string | null; isProbe: boolean }): Pass {
    let isReported = false
    let isLeft = false
    if (placeId !== null) held.add(placeId)
    return {
      report(report: RequestReport) {
        isReported = true
        reporting.take(report)
      },
      leave() {
        if (isLeft) return
        isLeft = true
        if (placeId !== null && held.delete(placeId)) reporting.note(() => leavePlaces(pool, brokerId, [placeId]))
        if (isProbe && !isReported) reporting.note(() => releaseProbe(pool, brokerId))
      }
    }
  }

  /** Looks once whether a request may be sent. */
  async function look(isCheck: boolean): Promise<Pass | Hindrance> {
    const pausedFor = reporting.pausedFor()
    if (pausedFor > 0) return { kind: 'paused', until: performance.now() + pausedFor }
    const opening = isCheck ? null : reporting.opening()
    if (opening !== null && opening.leftMilliseconds > 0) throw openError(named, opening)
    if (opening !== null && !(await takeProbe(pool, brokerId, policy.probeTime))) return { kind: 'trying', until: null }
    const isProbe = opening !== null
    if (!isMetered) return createPass({ placeId: null, isProbe })
    // A place that was left a moment ago is free only once that is noted.
    await reporting.settled()
    const answer = await takePlace(pool, { brokerId, limits, lease: policy.lease })
    if (answer.placeId !== null) return createPass({ placeId: answer.placeId, isProbe })
    if (isProbe) reporting.note(() => releaseProbe(pool, brokerId))
    return hindranceOf(answer)
  }

  /** Looks until a request may be sent. */
  async function enter({ signal, isCheck, longestWait, onHindrance }: Passage): Promise<Pass> {
    const deadline = performance.now() + longestWait
    for (;;) {
      const looking = look(isCheck).catch(error => databaseTrouble(error, deadline))
      const found = await unlessAborted(looking, signal, late => 'leave' in late && late.leave())
      if ('leave' in found) return found
      const now = performance.now()
      if (Math.max(found.until ?? 0, now) >= deadline) throw tooLongError(found, named)
      onHindrance(found)
      await bell.wait(Math.min(found.until ?? now + policy.poll, deadline, now + longestLook) - now, signal)
    }
  }

  /** The database may be away for a moment: a request waits for it, as a run does to record. */
  function databaseTrouble(error: unknown, deadline: number): Hindrance {
    if (isBrokerError(error) || performance.now() + policy.poll > deadline) throw error
    log.warn({ brokerId, error: String(error) }, 'The requests to a broker could not be counted; trying again.')
    return { kind: 'database', until: null }
  }

  return {
    enter: isMetered ? inOrder(enter, named) : enter,
    follow: reporting.follow,
    wake: bell.ring,
    held,
    async close() {
      const placeIds = [...held]
      held.clear()
      if (placeIds.length > 0) reporting.note(() => leavePlaces(pool, brokerId, placeIds))
      await reporting.settled()
    }
  }
}

/** What keeps a request from being sent: of several, what lasts longest. */
function hindranceOf({ running, pausedFor, requestsFor, rateFor }: PlaceAnswer): Hindrance {
  const now = performance.now()
  const lasting: Hindrance[] = [
    { kind: 'paused', until: now + (pausedFor ?? 0) },
    { kind: 'requests', until: now + (requestsFor ?? 0) },
    { kind: 'rate', until: now + (rateFor ?? 0) }
  ]
  const [longest] = lasting.filter(({ until }) => (until ?? 0) > now).toSorted((a, b) => (b.until ?? 0) - (a.until ?? 0))
  // What the broker says to the requests that run may leave room for more.
  if (longest?.kind === 'rate' && running > 0) return { kind: 'rate', until: null }
  return longest ?? { kind: 'concurrency', until: null }
}
