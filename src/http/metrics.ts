import { Type } from '@sinclair/typebox'
import type { FastifyInstance } from 'fastify'
import type { Metrics } from '../metrics.ts'

const schema = {
  operationId: 'getMetrics',
  summary: 'Metrics',
  description: 'Metrics of this process, as Prometheus reads them.',
  tags: ['Service'],
  response: {
    200: Type.Unsafe<string>({ description: 'Prometheus text format.', content: { 'text/plain': { schema: { type: 'string' } } } })
  }
}

/** Measures every request by its route. */
export function measureRequests(app: FastifyInstance, { requestSeconds }: Metrics): void {
  app.addHook('onResponse', async ({ method, routeOptions: { url: route = 'none' } }, { statusCode: status, elapsedTime }) => {
    requestSeconds.observe({ method, route, status }, elapsedTime / 1000)
  })
}

/** Serves metrics to whoever may call. */
export function serveMetrics(scope: FastifyInstance, { registry }: Metrics): void {
  scope.get('/metrics', { schema, logLevel: 'warn' }, async (_, reply) => reply.type(registry.contentType).send(await registry.metrics()))
}
