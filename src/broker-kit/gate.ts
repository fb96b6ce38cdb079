import type { BrokerError } from './errors.ts'

/** Lets the requests to one broker through as its limits allow. The host makes it, for all contexts of the broker. */
export interface Gate {
  /**
   * Waits for the place of one request; called before each, also before one that follows a redirect. Throws the reason
   * of the signal as soon as it fires, and a BrokerError when the broker is not to be asked now.
   */
  enter(entry: GateEntry): Promise<Pass>
}

/** Who wants in. */
export interface GateEntry {
  readonly signal: AbortSignal
  /** Told why the request waits, in a sentence. */
  onWait(message: string): void
}

/** The place of one request, until its answer was read. */
export interface Pass {
  /** Called when it is known how the request went; an answer that breaks off after its first items is reported twice. */
  report(report: RequestReport): void
  /** Gives the place back; called once, also when nothing was reported: cancelled, or redirected. */
  leave(): void
}

/** How a request went. */
export interface RequestReport {
  /** Null: the broker answered, and the answer could be read. */
  readonly error: BrokerError | null
  /** How long the broker asks to be left alone [ms]. */
  readonly retryAfter: number | null
  readonly rate: RateLimit | null
}

/** What a broker says about its limit in the headers of an answer. */
export interface RateLimit {
  /** Requests left [count]. */
  readonly remaining: number
  /** Until there are more [ms]. */
  readonly resetsIn: number
}
