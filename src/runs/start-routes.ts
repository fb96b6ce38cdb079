import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from '@sinclair/typebox'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Registry } from '../broker-kit/registry.ts'
import { type Database, planned, type Queryable, queryableOf } from '../database.ts'
import { clientSignal } from '../http/client-gone.ts'
import { idempotencyFields, idempotently, sendAnswer } from '../http/idempotency.ts'
import { nullableRef, ref } from '../http/openapi.ts'
import { originOf } from '../http/origin.ts'
import { preferFields, preferredWait } from '../http/prefer.ts'
import { Problem, problemResponses } from '../http/problems.ts'
import { located } from '../http/response-headers.ts'
import { QueryId } from '../queries/schemas.ts'
import { waitForEnd } from './follow-run.ts'
import { presentRun } from './present-run.ts'
import type { Reserve } from './reservation.ts'
import type { RunReader } from './run-reader.ts'
import { AdHocRun, QueryRun, Run } from './schemas.ts'
import { type Beginning, startAdHocRun, startQueryRun } from './start-run.ts'
import { findKeptRun, isEnded, type RunRow } from './store.ts'

const tags = ['Runs']
const startHeaders = Type.Object({ ...idempotencyFields, ...preferFields })
const started = { 200: located(ref(Run)), 202: located(ref(Run)), ...problemResponses(404, 409) }

const startQueryRunSchema = {
  operationId: 'startQueryRun',
  summary: 'Run a query',
  description:
    'Starts a run of the saved query; it queues while the workers have no room. With `Prefer: wait=N` the answer is 200 when the run ended in time, else 202.',
  tags,
  params: QueryId,
  headers: startHeaders,
  body: nullableRef(QueryRun),
  response: started
}

const startRunSchema = {
  operationId: 'startRun',
  summary: 'Run without a saved query',
  description:
    'Starts a run of parameters that are not saved; it queues while the workers have no room. With `Prefer: wait=N` the answer is 200 when the run ended in time, else 202.',
  tags,
  headers: startHeaders,
  body: ref(AdHocRun),
  response: started
}

interface Needs {
  readonly database: Database
  readonly registry: Registry
  readonly reader: RunReader
  readonly reserve: Reserve
  /** Fires when the service stops: nobody is kept waiting any longer. */
  readonly draining: AbortSignal
}

/** Starting runs over HTTP. */
export const runStartRoutes = ({ database, registry, reader, reserve, draining }: Needs): FastifyPluginAsyncTypebox => {
  const start = async (request: FastifyRequest, reply: FastifyReply, queue: (db: Queryable, how: Beginning) => Promise<RunRow>) => {
    const seconds = preferredWait(request.headers.prefer)
    let isFresh = false
    const effect = async (db: Queryable, how: Beginning = {}) => {
      const run = await queue(db, how)
      isFresh = true
      return { status: 202, body: presentRun(run), headers: { Location: `/v1/runs/${run.id}` } }
    }
    // One statement stores the run: only a key, which is stored with it, needs a transaction, before whose end nobody may begin it.
    const answer =
      request.headers['idempotency-key'] === undefined
        ? await effect(planned(database.pool), { reserve, isAwaited: seconds > 0 })
        : await idempotently({ request, database, effect: tx => effect(queryableOf(tx)) })
    if (seconds === 0) return sendAnswer(reply, answer)
    const runId = answer.headers?.['Location']?.split('/').at(-1) ?? ''
    const signal = clientSignal(reply, { draining, seconds })
    const told = await waitForEnd(reader, { runId, signal, isFresh })
    // An end is on the disk, and the run with it. What goes on may not be yet, and may not be promised before it is.
    const run = told !== null && isEnded(told) ? told : await findKeptRun(database.pool, runId)
    if (run === null) throw lost()
    reply.header('Preference-Applied', `wait=${seconds}`)
    return sendAnswer(reply, { ...answer, status: isEnded(run) ? 200 : 202, body: presentRun(run) })
  }

  return async app => {
    app.post('/queries/:queryId/runs', { schema: startQueryRunSchema }, (request, reply) => {
      const { params, body } = request
      return start(request, reply, (db, how) =>
        startQueryRun(db, {
          ...how,
          registry,
          origin: originOf(request),
          queryId: params.queryId,
          caps: body?.caps,
          onlyNew: body?.onlyNew ?? false
        })
      )
    })

    app.post('/runs', { schema: startRunSchema }, (request, reply) =>
      start(request, reply, (db, how) => startAdHocRun(db, { ...how, registry, origin: originOf(request), request: request.body }))
    )
  }
}

function lost(): Problem {
  return new Problem(503, 'The run is lost, because the database crashed while it was being stored: start it again.', {
    headers: { 'Retry-After': '1' }
  })
}
