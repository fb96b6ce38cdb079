import type { ServerResponse } from 'node:http'
import { Problem } from './problems.ts'

/** What else ends the wait for an answer. */
interface Wait {
  /** Fires when the service stops. */
  readonly draining?: AbortSignal
  /** How long the client waits at most [s]. */
  readonly seconds?: number
}

/**
 * Makes a signal that fires when the client hangs up before it has the whole answer, or when something else ends the
 * wait. (Fastify's own `request.signal` fires as soon as the body of a POST has been read; `AbortSignal.any` keeps what
 * belongs to its signal until all of the heap is collected, and `AbortSignal.timeout` its timer until it fires.)
 */
export function clientSignal(reply: { readonly raw: ServerResponse }, { draining, seconds }: Wait = {}): AbortSignal {
  const controller = new AbortController()
  const stop = () => controller.abort(draining?.reason)
  const timer =
    seconds === undefined ? undefined : setTimeout(() => controller.abort(new Error('The wait is over.')), seconds * 1000).unref()
  draining?.addEventListener('abort', stop)
  if (draining?.aborted) stop()
  const close = () => {
    clearTimeout(timer)
    draining?.removeEventListener('abort', stop)
    if (!reply.raw.writableFinished) controller.abort(new Problem(499, 'The client hung up.', { title: 'Client Hung Up' }))
  }
  // Who hung up before is not told of any more.
  if (reply.raw.closed) close()
  else reply.raw.once('close', close)
  return controller.signal
}
