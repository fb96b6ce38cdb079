/** What one request to a broker may cost. */
export interface HttpLimits {
  /** Longest silence: until the headers of an answer, and between two chunks of its body [ms]. */
  readonly requestTimeout: number
  /** Longest time spent waiting for one answer, all attempts and pauses included; the reader's own time does not count [ms]. */
  readonly totalTime: number
  /** Largest answer that is read item by item, after decompression [bytes]. */
  readonly maxBytes: number
  /** Largest answer of which all items are held before the first is yielded, after decompression [bytes]. */
  readonly maxPageBytes: number
  /** Largest answer that is read as a whole, after decompression [bytes]. */
  readonly maxWholeBytes: number
  /** Largest item; a larger one cannot be read, the items around it can [bytes]. */
  readonly maxItemBytes: number
  /** Largest answer around the items [bytes]. */
  readonly maxEnvelopeBytes: number
  /** How often a failed request is sent again. */
  readonly retries: number
  /** Pause before the first retry, doubled for each further one and shortened at random by up to a half [ms]. */
  readonly firstPause: number
  /** Longest pause that a broker may ask for; a longer one ends the request [ms]. */
  readonly maxRetryAfter: number
  /** How many redirects are followed, within the broker's own host. */
  readonly redirects: number
}

const mebibyte = 2 ** 20

/** The limits where nothing else is asked for. */
export const defaultLimits: HttpLimits = {
  requestTimeout: 60_000,
  totalTime: 600_000,
  maxBytes: 1024 * mebibyte,
  maxPageBytes: 256 * mebibyte,
  maxWholeBytes: 32 * mebibyte,
  maxItemBytes: 32 * mebibyte,
  maxEnvelopeBytes: 8 * mebibyte,
  retries: 3,
  firstPause: 500,
  maxRetryAfter: 60_000,
  redirects: 5
}
