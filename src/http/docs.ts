import { fastifySwaggerUi } from '@fastify/swagger-ui'
import { Type } from '@sinclair/typebox'
import type { FastifyInstance } from 'fastify'

// Nothing inline, nothing evaluated, nothing from elsewhere; the icons of the reference are data URLs in its style sheet.
const contentSecurityPolicy = {
  'default-src': "'none'",
  'script-src': "'self'",
  'style-src': "'self'",
  'img-src': "'self' data:",
  'connect-src': "'self'",
  'base-uri': "'none'",
  'form-action': "'none'",
  'frame-ancestors': "'none'"
}

/** Serves the OpenAPI document, and a reference for people that needs nothing from elsewhere. */
export async function serveDocs(app: FastifyInstance): Promise<void> {
  await app.register(fastifySwaggerUi, {
    routePrefix: '/docs',
    staticCSP: contentSecurityPolicy,
    uiConfig: { layout: 'BaseLayout', deepLinking: true, displayOperationId: true },
    theme: { title: 'TOM alerts service' }
  })
  const schema = {
    operationId: 'getOpenApi',
    summary: 'The OpenAPI document',
    description: 'This API as OpenAPI 3.1, for tools; /docs shows it to people.',
    tags: ['Service'],
    security: [],
    response: { 200: Type.Unsafe<object>({ type: 'object', additionalProperties: true, description: 'OpenAPI 3.1.' }) }
  }
  app.get('/openapi.json', { schema }, async () => app.swagger())
}
