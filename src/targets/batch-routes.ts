import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from '@sinclair/typebox'
import type { FastifySchemaCompiler } from 'fastify'
import type { Registry } from '../broker-kit/registry.ts'
import type { Database, Queryable } from '../database.ts'
import { type Answer, idempotencyFields, sendAnswer } from '../http/idempotency.ts'
import { ref } from '../http/openapi.ts'
import { invalid } from '../http/problems.ts'
import { answerOnce } from './answer-once.ts'
import { batchCheck, formComplaints, previewFields, TargetBatch, TargetBatchResult } from './batch-schemas.ts'
import { createBatch, readBatch } from './create-batch.ts'

const createTargetsSchema = {
  operationId: 'createTargets',
  summary: 'Make many targets',
  description:
    'Makes targets of the alerts of a run, of stored alerts, or of what the items say, at most 10,000 a call, all in one transaction. Each is decided as POST /v1/targets would, in the order of the request: an item also finds what those before it have made. Whatever is wrong with one does not touch the others: the answer tells of each whether it was created, linked or rejected, and why. A run with more alerts is worked off in steps, each with the `next` of the one before as its `cursor`.',
  tags: ['Targets'],
  headers: Type.Object(idempotencyFields),
  querystring: Type.Object(previewFields, { additionalProperties: false }),
  body: ref(TargetBatch),
  response: { 200: ref(TargetBatchResult) }
}

const bodyLimit = 32 * 1024 * 1024 // [byte]

interface Needs {
  readonly database: Database
  readonly registry: Registry
  /** Positions closer than this are the same, where a request does not say [arcsec]. */
  readonly matchRadius: number
}

/** Making many targets over HTTP. */
export const targetBatchRoutes =
  ({ database, registry, matchRadius }: Needs): FastifyPluginAsyncTypebox =>
  async app => {
    const validatorCompiler = checkingBatch(app.validatorCompiler)
    app.post('/targets/batch', { schema: createTargetsSchema, bodyLimit, validatorCompiler }, async (request, reply) => {
      const { body, caller, query } = request
      const batch = await readBatch(database.pool, body)
      const effect = async (db: Queryable): Promise<Answer> => {
        return { status: 200, body: await createBatch({ db, registry, caller, matchRadius }, batch) }
      }
      return sendAnswer(reply, await answerOnce({ request, database, validateOnly: query.validateOnly, effect }))
    })
  }

/** Checks a batch by what it holds, and leaves its items to be checked one by one; everything else is checked as usual. */
function checkingBatch<Schema>(usual: FastifySchemaCompiler<unknown> | undefined): FastifySchemaCompiler<Schema> {
  const checkBody = (body: unknown) => {
    const check = batchCheck(body)
    if (check(body)) return true
    const complaints = formComplaints(body)
    return { error: invalid(complaints.length > 0 ? complaints : check.complaints(body), 'The body does not fit.') }
  }
  return part => (part.httpPart === 'body' ? checkBody : (usual?.(part) ?? (() => true)))
}
