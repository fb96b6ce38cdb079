import { fastifySwagger } from '@fastify/swagger'
import type { FastifyInstance } from 'fastify'
import packageJson from '../../package.json' with { type: 'json' }
import { allComponents } from './openapi.ts'
import { documentHeaders, documentResponses, freeOptionalBodies } from './transform-document.ts'

const tags = [
  { name: 'Brokers', description: 'What is installed, what it can do, what it lacks.' },
  { name: 'Queries', description: 'Saved parameters for one broker.' },
  { name: 'Runs', description: 'Executions of queries: their state, counts and frozen results.' },
  { name: 'Alerts', description: 'Stored alerts: the raw text as the broker sent it, and one shape for all brokers.' },
  { name: 'Targets', description: 'Objects of the observing programme.' },
  { name: 'Target lists', description: 'Targets that belong together for some purpose.' },
  { name: 'Photometry', description: 'Light curves of targets.' },
  { name: 'Service', description: 'How the service itself is doing.' }
]

const bearer = {
  type: 'http',
  scheme: 'bearer',
  description: 'A secret of API_TOKENS. A service that runs without tokens, on one machine only, wants none.'
} as const

/** Describes the API as OpenAPI 3.1, from the schemas of its routes; register it before them. */
export async function describeApi(app: FastifyInstance): Promise<void> {
  for (const schema of allComponents()) app.addSchema(schema)
  await app.register(fastifySwagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'TOM alerts service',
        version: packageJson.version,
        description: packageJson.description,
        license: { name: 'MIT', identifier: 'MIT' }
      },
      servers: [{ url: '/' }],
      tags,
      components: { securitySchemes: { bearer } },
      security: [{ bearer: [] }]
    },
    refResolver: { buildLocalReference: ({ $id }, _base, _fragment, index) => (typeof $id === 'string' ? $id : `def-${index}`) },
    transform: ({ schema, url, route }) => ({
      schema: { ...schema, headers: documentHeaders(schema), response: documentResponses(schema, route.method) },
      url
    }),
    transformObject: document => ('openapiObject' in document ? freeOptionalBodies(document.openapiObject) : document.swaggerObject)
  })
}
