import { setTimeout as sleep } from 'node:timers/promises'
import { maskOf } from '../broker-kit/context.ts'
import type { BrokerContext } from '../broker-kit/define-broker.ts'
import { isBrokerError } from '../broker-kit/errors.ts'
import type { InstalledBroker } from '../broker-kit/registry.ts'
import { UpstreamFailure } from './run-kind.ts'

/** One call of a module, and how it is called again. */
export interface Fetching {
  readonly broker: InstalledBroker
  readonly parameters: unknown
  /** Makes the context of a call; it knows the newest checkpoint. */
  readonly createContext: () => BrokerContext
  readonly feedback: (message: string) => void
  /** First pause before an endless source is read again; it doubles up to a minute [ms]. */
  readonly firstPause?: number
}

const longestPause = 60_000

/**
 * Yields what a module yields, and throws `UpstreamFailure` for what it throws. An endless source whose broker fails in
 * a way that may pass is read again from its newest checkpoint, for as long as the run goes on.
 */
export async function* fetchAlerts({ broker, parameters, createContext, feedback, firstPause = 1000 }: Fetching): AsyncGenerator<unknown> {
  for (let pause = firstPause; ; pause = Math.min(2 * pause, longestPause)) {
    const context = createContext()
    try {
      for await (const alert of broker.module.fetchAlerts(Object(parameters), context)) {
        yield alert
        pause = firstPause
      }
      return
    } catch (thrown) {
      context.signal.throwIfAborted()
      const cause = maskOf(broker).thrown(thrown)
      if (broker.module.delivery !== 'endless' || !isBrokerError(cause) || !cause.retryable) {
        throw new UpstreamFailure('The module threw.', { cause })
      }
      context.log.info({ brokerId: broker.module.id, pause }, `The stream broke and is read again: ${cause.message}`)
      // A stream breaks now and then; what comes again at once is worth telling.
      if (pause > firstPause) feedback(`The stream cannot be read; trying again: ${cause.message}`)
      await sleep(pause, undefined, { signal: context.signal })
    }
  }
}
