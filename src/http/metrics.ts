import { Type } from '@sinclair/typebox'
import type { FastifyInstance } from 'fastify'
import { collectDefaultMetrics, Histogram, Registry } from 'prom-client'

const schema = {
  operationId: 'getMetrics',
  summary: 'Metrics',
  description: 'Metrics of this process, as Prometheus reads them.',
  tags: ['Service'],
  response: {
    200: Type.Unsafe<string>({ description: 'Prometheus text format.', content: { 'text/plain': { schema: { type: 'string' } } } })
  }
}

/** Measures every request by its route, and serves what was measured. */
export function measureRequests(app: FastifyInstance): Registry {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  const duration = new Histogram({
    name: 'http_request_duration_seconds',
    help: 'How long requests took, until their answer was sent [s].',
    labelNames: ['method', 'route', 'status'],
    registers: [registry]
  })
  app.addHook('onResponse', async ({ method, routeOptions: { url: route = 'none' } }, { statusCode: status, elapsedTime }) => {
    duration.observe({ method, route, status }, elapsedTime / 1000)
  })
  return registry
}

/** Serves metrics to whoever may call. */
export function serveMetrics(scope: FastifyInstance, registry: Registry): void {
  scope.get('/metrics', { schema, logLevel: 'warn' }, async (_, reply) => reply.type(registry.contentType).send(await registry.metrics()))
}
