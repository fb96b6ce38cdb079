import { isBrokerError } from './errors.ts'
import type { Pass, RateLimit } from './gate.ts'
import type { Call } from './http-send.ts'
import { type TimeBudget, type Watch, watchOver } from './http-watch.ts'

/** One attempt of a call. */
export interface Attempt {
  readonly watch: Watch
  /** How long the broker asks us to stay away, once it said so [ms]. */
  retryAfter: number | null
  /** What the broker says about its limit, once it said so. */
  rate: RateLimit | null
  /** Whether a request of the attempt may have been sent. */
  isLetIn: boolean
  /** Waits until the next request of the attempt may be sent. */
  enter(): Promise<void>
  /** Says that the answer is good, as far as it was read. */
  succeed(): void
  /** Says what was thrown. */
  fail(thrown: unknown): void
  /** Gives back what the attempt holds. */
  end(): void
}

/** Begins an attempt; whoever does ends it. */
export function beginAttempt({ signal, limits, gate, onWait }: Call, time: TimeBudget): Attempt {
  const watch = watchOver({ signal, requestTimeout: limits.requestTimeout, time })
  let pass: Pass | null = null
  const leave = () => {
    pass?.leave()
    pass = null
  }
  const attempt: Attempt = {
    watch,
    retryAfter: null,
    rate: null,
    isLetIn: false,
    async enter() {
      leave()
      attempt.isLetIn = false
      signal.throwIfAborted()
      pass = (await gate?.enter({ signal, onWait })) ?? null
      attempt.isLetIn = true
    },
    succeed: () => pass?.report({ error: null, retryAfter: attempt.retryAfter, rate: attempt.rate }),
    fail(thrown) {
      if (!signal.aborted && isBrokerError(thrown)) pass?.report({ error: thrown, retryAfter: attempt.retryAfter, rate: attempt.rate })
    },
    end() {
      watch.end()
      leave()
    }
  }
  return attempt
}
