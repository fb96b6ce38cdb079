import { type FastifyReply, type FastifyRequest, LogController } from 'fastify'

/** Logs a request once, when it is answered: what was asked, how it went, how long it took [ms]. */
export function requestLog(): LogController {
  return Object.assign(new LogController({ requestIdLogLabel: 'requestId' }), { incomingRequest: () => {}, requestCompleted })
}

function requestCompleted(error: Error | null | undefined, { method, url }: FastifyRequest, reply: FastifyReply): void {
  const fields = { method, url, status: reply.statusCode, milliseconds: Math.round(reply.elapsedTime) }
  if (error) reply.log.warn({ ...fields, err: error }, 'The answer broke off.')
  else reply.log.info(fields, 'Answered.')
}
