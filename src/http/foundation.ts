import type { FastifyInstance } from 'fastify'
import { readJsonBodies } from './bodies.ts'
import { answerProblems } from './error-handler.ts'
import { checkRequests } from './validation.ts'

/** Sets up what holds for every route: names of requests and callers, safe headers, JSON bodies, checks, problems. */
export function layFoundation(app: FastifyInstance): void {
  app.decorateRequest('caller', 'local')
  app.addHook('onRequest', async (request, reply) => {
    reply.headers({
      'X-Request-Id': request.id,
      'X-Content-Type-Options': 'nosniff',
      'Content-Security-Policy': "default-src 'none'; frame-ancestors 'none'"
    })
  })
  readJsonBodies(app)
  checkRequests(app)
  answerProblems(app)
}
