import type { IncomingHttpHeaders, IncomingMessage } from 'node:http'
import type { FastifyBaseLogger } from 'fastify'

const traceparent = /^(?!ff)([0-9a-f]{2})-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}(-.*)?$/

/**
 * Reads the id of the trace that a request belongs to, of W3C Trace Context; null where it names none, or in a way that is not valid.
 * What comes with it is left out: it is for whoever is asked next, and brokers are third parties.
 */
export function traceIdOf({ traceparent: given }: IncomingHttpHeaders): string | null {
  const [, version, traceId = null, more] = typeof given === 'string' ? (traceparent.exec(given) ?? []) : []
  // Later versions may say more, the first has nothing else to say.
  return version === '00' && more !== undefined ? null : traceId
}

/** Makes the log of a request, whose lines name the trace that it belongs to. */
export function requestLogger(log: FastifyBaseLogger, bindings: object, options: object, { headers }: IncomingMessage): FastifyBaseLogger {
  const traceId = traceIdOf(headers)
  return log.child({ ...bindings, ...(traceId !== null && { traceId }) }, options)
}
