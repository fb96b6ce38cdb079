import type { ServerResponse } from 'node:http'
import { Problem } from './problems.ts'

/**
 * Makes a signal that fires when the client hangs up before it has the whole answer. (Fastify's own `request.signal`
 * fires as soon as the body of a POST has been read.)
 */
export function clientSignal(reply: { readonly raw: ServerResponse }): AbortSignal {
  const controller = new AbortController()
  reply.raw.once('close', () => {
    if (!reply.raw.writableFinished) controller.abort(new Problem(499, 'The client hung up.', { title: 'Client Hung Up' }))
  })
  return controller.signal
}
