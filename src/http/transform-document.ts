import type { FastifySchema } from 'fastify'
import { problemResponses } from './problems.ts'
import { type ResponseHeader, withHeaders } from './response-headers.ts'

/** Adds to the answers of an operation what follows from its other parts: the problems that its request can be, and the headers. */
export function documentResponses(schema: FastifySchema, method: string | readonly string[]): object {
  const own = Object.entries(schema.response ?? {}).map(([status, answer]) => [
    status,
    typeof answer === 'object' && answer !== null ? withHeaders(answer, ...headersOf(schema, Number(status))) : answer
  ])
  return { ...impliedAnswers(schema, method), ...Object.fromEntries(own) }
}

/** If-Match is checked by the routes, which answer 428 without it; for the reader of the document it is simply required. */
export function documentHeaders({ headers }: FastifySchema): unknown {
  return typeof headers === 'object' && hasMember(headers, 'If-Match') ? { ...headers, required: ['If-Match'] } : headers
}

// A body or a query parameter is refused also where an operation has none.
function impliedAnswers({ security, params, headers }: FastifySchema, method: string | readonly string[]): object {
  const closed = security === undefined || security.length > 0
  return {
    ...(closed && problemResponses(401, 503)),
    ...(params !== undefined && problemResponses(404, 414)),
    ...(hasMember(headers, 'Idempotency-Key') && problemResponses(409)),
    ...(hasMember(headers, 'If-None-Match') && { 304: { type: 'null', description: 'Still what the ETag in If-None-Match names.' } }),
    ...(![method].flat().includes('GET') && problemResponses(413, 415)),
    ...problemResponses(400, 422, 500)
  }
}

function headersOf({ headers, querystring }: FastifySchema, status: number): ResponseHeader[] {
  if (status >= 300) return []
  if (hasMember(headers, 'If-None-Match') || (hasMember(headers, 'If-Match') && status === 200)) return ['ETag']
  return hasMember(querystring, 'cursor') && hasMember(querystring, 'limit') ? ['Link'] : []
}

function hasMember(schema: unknown, name: string): boolean {
  if (typeof schema !== 'object' || schema === null || !('properties' in schema)) return false
  return typeof schema.properties === 'object' && schema.properties !== null && name in schema.properties
}

interface Described {
  paths?: object
}

/** A body that may be null is one that may be left out: OpenAPI says so in another place than JSON Schema. */
export function freeOptionalBodies<D extends Described>(document: D): D {
  for (const path of Object.values(document.paths ?? {})) {
    for (const { requestBody } of Object.values<{ requestBody?: RequestBody }>(path)) {
      const media = requestBody?.content['application/json']
      const [schema, alternative] = media?.schema.anyOf ?? []
      if (!requestBody || !media || alternative?.type !== 'null') continue
      requestBody.required = false
      media.schema = schema ?? {}
    }
  }
  return document
}

interface SchemaObject {
  type?: string
  anyOf?: SchemaObject[]
}

interface RequestBody {
  required: boolean
  content: Record<string, { schema: SchemaObject }>
}
