import { brokerErrorKinds } from '../broker-kit/errors.ts'
import type { InstalledBroker } from '../broker-kit/registry.ts'
import { isRetired } from '../broker-kit/retirement.ts'
import type { PlacesInUse } from '../outbound/places-store.ts'
import type { BrokerStateRow } from '../outbound/state-store.ts'
import type { BrokerHealth } from './health-schemas.ts'
import type { Broker } from './schemas.ts'

/** Says whether a broker can be asked. */
export function statusOf(broker: InstalledBroker, state: BrokerStateRow | null): Broker['status'] {
  if (isRetired(broker)) return 'retired'
  if (broker.missingSettings.length > 0) return 'needs-settings'
  return state !== null && isFailing(state) ? 'failing' : 'ready'
}

function isFailing({ openFor, lastErrorKind, lastErrorAt, lastSuccessAt }: BrokerStateRow): boolean {
  return openFor !== null || (lastErrorKind === 'unauthorized' && Number(lastErrorAt) > Number(lastSuccessAt))
}

/** Says how often a broker is asked at most. */
export function limitsOf({ limits: { concurrency, requests } }: InstalledBroker): BrokerHealth['limits'] {
  return { concurrency: concurrency ?? null, requests: requests ? { ...requests } : null }
}

/** What is known of a broker's health. */
export interface KnownHealth {
  readonly broker: InstalledBroker
  readonly state: BrokerStateRow | null
  readonly places: PlacesInUse
}

/** Says how a broker is doing. */
export function describeHealth({ broker, state, places }: KnownHealth): BrokerHealth {
  const openFor = state?.openFor ?? null
  const { until: waitingUntil, for: waitingFor } = waitOf(state, places)
  return {
    brokerId: broker.module.id,
    status: statusOf(broker, state),
    breaker: openFor === null ? 'closed' : openFor > 0 ? 'open' : 'half-open',
    breakerUntil: openFor !== null && openFor > 0 ? fromNow(openFor) : null,
    waitingUntil,
    waitingFor,
    lastSuccessAt: state?.lastSuccessAt?.toISOString() ?? null,
    lastError: lastErrorOf(state),
    limits: limitsOf(broker),
    budget: budgetOf({ broker, state, places })
  }
}

function waitOf(state: BrokerStateRow | null, { requestsFor }: PlacesInUse): { until: string | null; for: BrokerHealth['waitingFor'] } {
  const asked = state?.pausedFor ?? 0
  const usedUp = requestsFor ?? 0
  if (Math.max(asked, usedUp) <= 0) return { until: null, for: null }
  return asked > usedUp ? { until: fromNow(asked), for: 'broker' } : { until: fromNow(usedUp), for: 'requests' }
}

function lastErrorOf(state: BrokerStateRow | null): BrokerHealth['lastError'] {
  const kind = brokerErrorKinds.find(known => known === state?.lastErrorKind)
  if (state === null || state.lastErrorAt === null || kind === undefined) return null
  const { lastErrorAt, lastErrorDetail, lastErrorStatus: upstreamStatus } = state
  return { at: lastErrorAt.toISOString(), kind, detail: lastErrorDetail ?? '', upstreamStatus }
}

function budgetOf({ broker: { limits }, state, places: { running, counted } }: KnownHealth): BrokerHealth['budget'] {
  const upstreamFor = state?.rateFor ?? 0
  return {
    running,
    concurrencyLeft: limits.concurrency === undefined ? null : Math.max(0, limits.concurrency - running),
    requestsLeft: limits.requests === undefined ? null : Math.max(0, limits.requests.count - counted),
    upstreamLeft: upstreamFor > 0 ? (state?.rateLeft ?? null) : null,
    upstreamUntil: upstreamFor > 0 ? fromNow(upstreamFor) : null
  }
}

function fromNow(milliseconds: number): string {
  return new Date(Date.now() + milliseconds).toISOString()
}
