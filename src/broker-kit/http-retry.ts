import { isBrokerError } from './errors.ts'
import { type Attempt, beginAttempt } from './http-attempt.ts'
import type { Call } from './http-send.ts'
import { pause, type TimeBudget } from './http-watch.ts'

const longestPause = 30_000

/**
 * Makes attempts until one succeeds, with growing pauses, or as the broker asks; throws the last failure, or the
 * reason of the signal. The caller ends the attempt that succeeded.
 */
export async function withRetries<T>(call: Call, work: (attempt: Attempt) => Promise<T>): Promise<T> {
  const { signal, limits, log } = call
  const time: TimeBudget = { left: limits.totalTime }
  for (let made = 0; ; made++) {
    signal.throwIfAborted()
    const attempt = beginAttempt(call, time)
    try {
      const result = await work(attempt)
      attempt.succeed()
      return result
    } catch (error) {
      attempt.fail(error)
      attempt.end()
      signal.throwIfAborted()
      const wait = attempt.isLetIn ? pauseBefore(error, { call, made, retryAfter: attempt.retryAfter }) : null
      if (wait === null || wait >= time.left) throw error
      log?.info({ pause: Math.round(wait), reason: isBrokerError(error) ? error.message : '' }, 'asking a broker again after a pause')
      await pause(wait, signal)
      time.left -= wait
    }
  }
}

interface Made {
  readonly call: Call
  readonly made: number
  readonly retryAfter: number | null
}

/** How long to wait before the next attempt [ms]; null when there is none. */
function pauseBefore(error: unknown, { call: { limits, request }, made, retryAfter }: Made): number | null {
  if (!isBrokerError(error) || !error.retryable || !request.idempotent || made >= limits.retries) return null
  const usual = Math.min(longestPause, limits.firstPause * 2 ** made) * (1 - Math.random() / 2)
  if (retryAfter === null) return usual
  return retryAfter > limits.maxRetryAfter ? null : retryAfter + usual
}
