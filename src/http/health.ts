import { setTimeout as sleep } from 'node:timers/promises'
import { Type } from '@sinclair/typebox'
import type { FastifyInstance } from 'fastify'
import type { Database } from '../database.ts'
import { StringEnum } from '../domain/schema.ts'
import { component, ref } from './openapi.ts'
import { Problem, problemResponses } from './problems.ts'

const HealthBody = component('Health', Type.Object({ status: StringEnum(['ok']) }, { description: 'All is well.' }))

/** Whether the process still wants requests. */
export interface Health {
  /** From now on the service is not ready, so that no new work is sent to it, and nobody is kept waiting. */
  drain(): void
  /** Fires when the service begins to stop. */
  readonly draining: AbortSignal
}

declare module 'fastify' {
  interface FastifyInstance {
    health: Health
  }
}

/** So long may the database take to answer a probe [ms]. */
const patience = 5000

const common = { tags: ['Service'], security: [] }

const liveness = {
  ...common,
  operationId: 'getLiveness',
  summary: 'Is the process alive?',
  description: 'For the probe that restarts the process.',
  response: { 200: ref(HealthBody) }
}

const readiness = {
  ...common,
  operationId: 'getReadiness',
  summary: 'Can the service take requests?',
  description: 'Ready when the database answers; not ready while the service is stopping.',
  response: { 200: ref(HealthBody), ...problemResponses(503) }
}

async function patienceOver(): Promise<never> {
  await sleep(patience, undefined, { ref: false })
  throw new Error(`No answer within ${patience} ms.`)
}

/** Answers the probes: alive, and ready for requests. */
export function serveHealth(app: FastifyInstance, database: Database): Health {
  const controller = new AbortController()
  const draining = controller.signal
  const health: Health = { drain: () => controller.abort(new Error('The service is stopping.')), draining }
  app.decorate('health', health)
  app.get('/livez', { schema: liveness, logLevel: 'warn' }, async () => ({ status: 'ok' as const }))
  app.get('/readyz', { schema: readiness, logLevel: 'warn' }, async () => {
    if (draining.aborted) throw new Problem(503, 'The service is stopping.')
    await Promise.race([database.pool.query('SELECT 1'), patienceOver()]).catch(cause => {
      throw new Problem(503, 'The database does not answer.', { cause })
    })
    return { status: 'ok' as const }
  })
  return health
}
