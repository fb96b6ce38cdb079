import { fastifySwagger } from '@fastify/swagger'
import type { FastifyInstance, FastifySchema } from 'fastify'
import packageJson from '../../package.json' with { type: 'json' }
import { allComponents } from './openapi.ts'
import { problemResponses } from './problems.ts'

const tags = [
  { name: 'Brokers', description: 'What is installed, what it can do, what it lacks.' },
  { name: 'Queries', description: 'Saved parameters for one broker.' },
  { name: 'Runs', description: 'Executions of queries: their state, counts and frozen results.' },
  { name: 'Alerts', description: 'Stored alerts: the raw text as the broker sent it, and one shape for all brokers.' },
  { name: 'Targets', description: 'Objects of the observing programme.' },
  { name: 'Service', description: 'How the service itself is doing.' }
]

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
    transform: ({ schema, url }) => ({ schema: { ...schema, response: responsesOf(schema) }, url })
  })
}

const bearer = {
  type: 'http',
  scheme: 'bearer',
  description: 'A secret of API_TOKENS. A service that runs without tokens, on one machine only, wants none.'
} as const

/** Adds the problems that follow from what an operation takes, so that its route need not repeat them. */
function responsesOf({ security, querystring, body, params, response }: FastifySchema): object {
  const closed = security === undefined || security.length > 0
  return {
    ...(closed && problemResponses(401)),
    ...(params !== undefined && problemResponses(404)),
    ...(querystring !== undefined && problemResponses(422)),
    ...(body !== undefined && problemResponses(400, 413, 415, 422)),
    ...problemResponses(500),
    ...(typeof response === 'object' ? response : {})
  }
}
