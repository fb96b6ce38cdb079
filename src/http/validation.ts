import type { TSchema } from '@sinclair/typebox'
import { Ajv } from 'ajv'
import formats from 'ajv-formats'
import type { FastifyInstance, FastifyRequest, FastifySchemaCompiler } from 'fastify'
import { explain } from '../domain/schema.ts'
import { unstorableStrings } from '../domain/storable.ts'
import { allComponents } from './openapi.ts'
import { invalid, Problem } from './problems.ts'

/** Checks requests: text of the address and the headers is read as what its schema asks for, a body is taken as it is. */
export function checkRequests(app: FastifyInstance): void {
  app.setValidatorCompiler(requestValidator())
  app.addHook('preValidation', refuseUnstorable)
}

/** Refuses what an operation does not know at all: a body or query parameters where its schema has none. */
export function refuseUnknown(scope: FastifyInstance): void {
  scope.addHook('preValidation', async ({ body, query, routeOptions: { schema } }) => {
    const unknown = [...(schema?.querystring ? [] : membersOf(query)), ...(schema?.body ? [] : membersOf(body))]
    if (unknown.length > 0) throw invalid(unknown.map(name => ({ pointer: `/${name}`, message: 'is not known here' })))
  })
}

function membersOf(value: unknown): string[] {
  if (value === undefined || value === null) return []
  return typeof value === 'object' ? Object.keys(value) : ['']
}

async function refuseUnstorable({ body, query }: FastifyRequest): Promise<void> {
  const complaints = [...unstorableStrings(body), ...unstorableStrings(query)]
  if (complaints.length > 0) throw invalid(complaints)
}

function requestValidator(): FastifySchemaCompiler<TSchema> {
  const bodies = validatorOf(false)
  const texts = validatorOf('array')
  return ({ schema, httpPart }) => {
    const validate = (httpPart === 'body' ? bodies : texts).compile(httpPart === 'headers' ? inLowerCase(schema) : schema)
    return value => validate(value) || { error: misfit(httpPart, explain(validate.errors ?? [])) }
  }
}

/** Names headers as Node does; documents name them as people do. */
function inLowerCase(schema: TSchema): TSchema {
  const headers = Object.entries(schema['properties'] ?? {})
  return { ...schema, properties: Object.fromEntries(headers.map(([name, header]) => [name.toLowerCase(), header])) }
}

function validatorOf(coerceTypes: false | 'array'): Ajv {
  // strictNumbers would pass over the bounds of a text that is read as Infinity; without it, they refuse it.
  const ajv = new Ajv({ allErrors: true, verbose: true, strict: false, strictNumbers: !coerceTypes, useDefaults: true, coerceTypes })
  formats.default(ajv)
  for (const schema of allComponents()) ajv.addSchema(schema)
  return ajv
}

function misfit(httpPart: string | undefined, complaints: Parameters<typeof invalid>[0]): Problem {
  if (httpPart === 'params') return new Problem(404, 'There is nothing with this id.')
  if (httpPart === 'querystring') return invalid(complaints, 'The query string does not fit.')
  return invalid(complaints, httpPart === 'headers' ? 'A header does not fit.' : 'The body does not fit.')
}
