import { brokerErrorKinds } from '../broker-kit/errors.ts'
import type { Pass, RequestReport } from '../broker-kit/gate.ts'
import type { Metrics } from '../metrics.ts'

/** Whose request is timed, and where. */
export interface Timing {
  readonly brokerId: string
  /** Fires when nobody wants the answer any more. */
  readonly signal: AbortSignal
  readonly metrics: Pick<Metrics, 'brokerSeconds'>
}

/**
 * Measures a request once, when it is over, by what was reported last. Reading on behind the first item does not count as time
 * of the broker: that may wait for us. What nobody reported is `other` (a redirect) unless it was aborted.
 */
export function timePass(pass: Pass, { brokerId, signal, metrics }: Timing): Pass {
  const begun = performance.now()
  let answered: number | null = null
  let reported: string | null = null
  return {
    report(report) {
      answered ??= performance.now()
      reported = outcomeOf(report)
      pass.report(report)
    },
    leave() {
      const outcome = reported ?? (signal.aborted ? 'aborted' : 'other')
      metrics.brokerSeconds.observe({ broker: brokerId, outcome }, ((answered ?? performance.now()) - begun) / 1000)
      pass.leave()
    }
  }
}

/** A module may make up kinds of its own, which would be metrics without end. */
function outcomeOf({ error }: RequestReport): string {
  return error === null ? 'ok' : (brokerErrorKinds.find(kind => kind === error.kind) ?? 'other')
}
