import type { BrokerLimits } from '../broker-kit/define-broker.ts'
import { BrokerError } from '../broker-kit/errors.ts'

/** Why a request cannot be sent now. */
export interface Hindrance {
  readonly kind: 'paused' | 'requests' | 'rate' | 'concurrency' | 'trying' | 'database'
  /** When it will be over, in terms of performance.now() [ms]; null when nobody knows. */
  readonly until: number | null
}

/** A broker as sentences speak of it. */
export interface NamedBroker {
  readonly name: string
  readonly limits: BrokerLimits
}

/** Says why a request waits. */
export function waitingWords({ kind, until: end }: Hindrance, { name, limits }: NamedBroker): string {
  const until = end === null ? 'for a while' : `until ${instant(end - performance.now())}`
  const { concurrency = 0, requests = { count: 0, seconds: 0 } } = limits
  const words: Record<Hindrance['kind'], string> = {
    paused: `${name} has asked to be left alone ${until}; waiting.`,
    requests: `${name} takes ${requests.count} requests in ${duration(requests.seconds)}, which are used up ${until}; waiting.`,
    rate: `${name} says that its limit is used up ${until}; waiting.`,
    concurrency: `${name} takes ${concurrency} ${concurrency === 1 ? 'request' : 'requests'} at once; waiting for one to end.`,
    trying: `${name} has not answered lately; waiting until one request has tried whether it is back.`,
    database: `Waiting for the database, which counts the requests to ${name}.`
  }
  return words[kind]
}

/** The error of a request that would have to wait for too long. */
export function tooLongError(hindrance: Hindrance, broker: NamedBroker): BrokerError {
  return new BrokerError('rate-limited', waitingWords(hindrance, broker).replace(/; waiting.*$/, ', which is too long to wait for.'))
}

/** What is known of the failures that opened a breaker. */
export interface Opening {
  readonly leftMilliseconds: number
  readonly lastErrorDetail: string | null
  readonly lastErrorStatus: number | null
}

/** The error of a request to a broker that is left alone because it does not answer. */
export function openError({ name }: NamedBroker, { leftMilliseconds, lastErrorDetail, lastErrorStatus }: Opening): BrokerError {
  const last = lastErrorDetail === null ? '' : ` Last: ${lastErrorDetail}`
  const words = `${name} has not answered lately and is not asked again before ${instant(leftMilliseconds)}.${last}`
  return new BrokerError('unreachable', words, lastErrorStatus === null ? {} : { upstreamStatus: lastErrorStatus })
}

function instant(fromNow: number): string {
  return `${new Date(Date.now() + fromNow).toISOString().slice(0, 19).replace('T', ' ')} UTC`
}

function duration(seconds: number): string {
  if (seconds % 3600 === 0) return `${seconds / 3600} h`
  return seconds % 60 === 0 ? `${seconds / 60} min` : `${seconds} s`
}
