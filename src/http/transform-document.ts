import type { FastifySchema } from 'fastify'
import { problemResponses } from './problems.ts'

/** Adds to the answers of an operation what follows from its other parts: the problems that its request can be, and the headers. */
export function documentResponses(schema: FastifySchema): object {
  const own = Object.entries(schema.response ?? {}).map(([status, answer]) => [
    status,
    withHeaders(answer, headersOf(schema, Number(status)))
  ])
  return { ...impliedAnswers(schema), ...Object.fromEntries(own) }
}

/** If-Match is checked by the routes, which answer 428 without it; for the reader of the document it is simply required. */
export function documentHeaders({ headers }: FastifySchema): unknown {
  return typeof headers === 'object' && hasMember(headers, 'If-Match') ? { ...headers, required: ['If-Match'] } : headers
}

function impliedAnswers({ security, querystring, body, params, headers }: FastifySchema): object {
  const closed = security === undefined || security.length > 0
  return {
    ...(closed && problemResponses(401)),
    ...(params !== undefined && problemResponses(404)),
    ...(hasMember(headers, 'If-None-Match') && { 304: { type: 'null', description: 'Still what the ETag in If-None-Match names.' } }),
    ...(querystring !== undefined && problemResponses(422)),
    ...(body !== undefined && problemResponses(413, 415, 422)),
    ...problemResponses(400, 500)
  }
}

const texts = {
  ETag: 'Names this state; send it as If-Match or If-None-Match.',
  Link: 'Address of the next page, `rel="next"`; not there at the end.',
  Location: 'Address of what was made.'
}

function headersOf({ headers, querystring }: FastifySchema, status: number): (keyof typeof texts)[] {
  if (status >= 300) return []
  if (hasMember(headers, 'Idempotency-Key')) return ['Location']
  if (hasMember(headers, 'If-None-Match') || (hasMember(headers, 'If-Match') && status === 200)) return ['ETag']
  return hasMember(querystring, 'cursor') ? ['Link'] : []
}

function hasMember(schema: unknown, name: string): boolean {
  if (typeof schema !== 'object' || schema === null || !('properties' in schema)) return false
  return typeof schema.properties === 'object' && schema.properties !== null && name in schema.properties
}

function withHeaders(answer: unknown, names: readonly (keyof typeof texts)[]): unknown {
  if (typeof answer !== 'object' || names.length === 0) return answer
  return { ...answer, headers: Object.fromEntries(names.map(name => [name, { type: 'string', description: texts[name] }])) }
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
