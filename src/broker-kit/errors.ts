/** Why a broker could not serve us. Everything that a module throws is one of these, or an abort. */
export const brokerErrorKinds = [
  'unreachable', // no answer, or a 5xx
  'rate-limited', // 429
  'unauthorized', // our credentials were refused
  'not-found', // no such alert
  'query-rejected', // the broker understood the query and refused it
  'bad-response' // an answer that we cannot read
] as const
export type BrokerErrorKind = (typeof brokerErrorKinds)[number]

const retryableKinds: ReadonlySet<BrokerErrorKind> = new Set(['unreachable', 'rate-limited'])

// Two copies of the kit can meet, the service's and a module's: a brand tells what instanceof cannot.
const brand = Symbol.for('tom-alerts-service.BrokerError')

/** What else is known of a failure. */
export interface BrokerErrorOptions extends ErrorOptions {
  /** HTTP status of the broker's answer, where there was one. */
  readonly upstreamStatus?: number
  /** Whether asking again may help; by default, the kind decides. */
  readonly retryable?: boolean
}

/** A failure of a broker, in words that hold no secret. */
export class BrokerError extends Error {
  override readonly name = 'BrokerError'
  readonly kind: BrokerErrorKind
  readonly retryable: boolean
  readonly upstreamStatus: number | null
  readonly [brand] = true

  constructor(kind: BrokerErrorKind, message: string, options: BrokerErrorOptions = {}) {
    super(message, options)
    this.kind = kind
    this.retryable = options.retryable ?? retryableKinds.has(kind)
    this.upstreamStatus = options.upstreamStatus ?? null
  }
}

/** Tells whether something thrown is a BrokerError, of whatever copy of the kit. */
export function isBrokerError(thrown: unknown): thrown is BrokerError {
  return typeof thrown === 'object' && thrown !== null && brand in thrown
}
