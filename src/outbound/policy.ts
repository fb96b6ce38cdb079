/** How brokers are treated, whoever they are. */
export interface Policy {
  /** Requests in a row without a proper answer that open the circuit breaker [count]; more than one call makes with its retries. */
  readonly failuresToOpen: number
  /** How long the breaker stays open at first; twice as long each time that it opens again [ms]. */
  readonly firstOpening: number
  readonly longestOpening: number
  /** How long a request that tries whether a broker is back keeps others from trying [ms]. */
  readonly probeTime: number
  /** Longest pause that a broker is granted, whatever it asks for [ms]. */
  readonly longestPause: number
  /** Pause after a 429 that does not say how long [ms]. */
  readonly usualPause: number
  /** How long a request counts as running after the last sign of life of its process [ms], and how often there is one. */
  readonly lease: number
  readonly renewal: number
  /** How often it is noted that a broker goes on to answer, or to fail [ms]. */
  readonly successNotes: number
  readonly errorNotes: number
  /** How often whoever waits looks again without having been told to [ms]. */
  readonly poll: number
  /** Waits from this length on are told [ms], the same kind of wait after so long again. */
  readonly toldWait: number
  readonly toldAgain: number
}

/** The policy where nothing else is asked for. */
export const defaultPolicy: Policy = {
  failuresToOpen: 5,
  firstOpening: 30_000,
  longestOpening: 300_000,
  probeTime: 90_000,
  longestPause: 3_600_000,
  usualPause: 5_000,
  lease: 45_000,
  renewal: 10_000,
  successNotes: 15_000,
  errorNotes: 5_000,
  poll: 1_000,
  toldWait: 2_000,
  toldAgain: 900_000
}
