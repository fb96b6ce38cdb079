import type { ServerResponse } from 'node:http'

/**
 * Makes a signal that fires when the client hangs up before it has the whole answer. (Fastify's own `request.signal`
 * fires as soon as the body of a POST has been read.)
 */
export function clientSignal(reply: { readonly raw: ServerResponse }): AbortSignal {
  const controller = new AbortController()
  reply.raw.once('close', () => {
    if (!reply.raw.writableFinished) controller.abort(new Error('The client hung up.'))
  })
  return controller.signal
}
