import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from '@sinclair/typebox'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Registry } from '../broker-kit/registry.ts'
import type { Database, Transaction } from '../database.ts'
import { clientSignal } from '../http/client-gone.ts'
import { etagOf, ifNoneMatchFields, sendResource } from '../http/etags.ts'
import { idempotencyFields, idempotently, sendAnswer } from '../http/idempotency.ts'
import { nullableRef, ref } from '../http/openapi.ts'
import { PageQuery, sendPage } from '../http/pagination.ts'
import { conflict, notFound, problemResponses } from '../http/problems.ts'
import { QueryId } from '../queries/schemas.ts'
import { findQuery } from '../queries/store.ts'
import { waitForEnd } from './follow-run.ts'
import { pageOfRuns } from './list-runs.ts'
import { preferFields, preferredWait } from './prefer.ts'
import { presentRun } from './present-run.ts'
import type { RunReader } from './run-reader.ts'
import { AdHocRun, QueryRun, Run, RunId, RunListQuery, RunPage } from './schemas.ts'
import { startAdHocRun, startQueryRun } from './start-run.ts'
import { cancelRun, findRun, type RunRow } from './store.ts'

const tags = ['Runs']
const startHeaders = Type.Object({ ...idempotencyFields, ...preferFields })
const started = { 200: ref(Run), 202: ref(Run), ...problemResponses(404, 409) }

const startQueryRunSchema = {
  operationId: 'startQueryRun',
  summary: 'Run a query',
  description: 'Queues a run of the saved query. With `Prefer: wait=N` the answer is 200 when the run ended in time, else 202.',
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
    'Queues a run of parameters that are not saved. With `Prefer: wait=N` the answer is 200 when the run ended in time, else 202.',
  tags,
  headers: startHeaders,
  body: ref(AdHocRun),
  response: started
}

const listQueryRunsSchema = {
  operationId: 'listQueryRuns',
  summary: 'List the runs of a query',
  description: 'Runs of one query, newest first.',
  tags,
  params: QueryId,
  querystring: PageQuery,
  response: { 200: ref(RunPage) }
}

const listRunsSchema = {
  operationId: 'listRuns',
  summary: 'List runs',
  description: 'Runs of all queries and of none, newest first.',
  tags,
  querystring: RunListQuery,
  response: { 200: ref(RunPage) }
}

const getRunSchema = {
  operationId: 'getRun',
  summary: 'Get a run',
  description: 'State, counts and feedback of a run; `received = new + changed + duplicate + rejected` at any time.',
  tags,
  params: RunId,
  headers: Type.Object(ifNoneMatchFields),
  response: { 200: ref(Run) }
}

const cancelRunSchema = {
  operationId: 'cancelRun',
  summary: 'Cancel a run',
  description: 'Ends the run at once; what it has recorded stays. Cancelling it again changes nothing.',
  tags,
  params: RunId,
  response: { 202: ref(Run), ...problemResponses(409) }
}

interface Needs {
  readonly database: Database
  readonly registry: Registry
  readonly reader: RunReader
  /** Fires when the service stops: nobody is kept waiting any longer. */
  readonly draining: AbortSignal
}

/** Runs over HTTP. */
export const runRoutes = ({ database, registry, reader, draining }: Needs): FastifyPluginAsyncTypebox => {
  const start = async (request: FastifyRequest, reply: FastifyReply, queue: (tx: Transaction) => Promise<RunRow>) => {
    const answer = await idempotently({
      request,
      database,
      effect: async tx => {
        const run = await queue(tx)
        return { status: 202, body: presentRun(run), headers: { Location: `/v1/runs/${run.id}` } }
      }
    })
    const seconds = preferredWait(request.headers.prefer)
    if (seconds === 0) return sendAnswer(reply, answer)
    const runId = answer.headers?.['Location']?.split('/').at(-1) ?? ''
    const run = await waitForEnd(reader, runId, AbortSignal.any([clientSignal(reply), draining, AbortSignal.timeout(seconds * 1000)]))
    reply.header('Preference-Applied', `wait=${seconds}`)
    if (run === null) return sendAnswer(reply, answer)
    return sendAnswer(reply, { ...answer, status: run.finishedAt === null ? 202 : 200, body: presentRun(run) })
  }

  return async app => {
    app.post('/queries/:queryId/runs', { schema: startQueryRunSchema }, (request, reply) => {
      const { params, body, caller } = request
      return start(request, reply, tx => startQueryRun(tx, { registry, caller, queryId: params.queryId, caps: body?.caps }))
    })

    app.post('/runs', { schema: startRunSchema }, (request, reply) =>
      start(request, reply, tx => startAdHocRun(tx, { registry, caller: request.caller, request: request.body }))
    )

    app.get('/queries/:queryId/runs', { schema: listQueryRunsSchema }, async (request, reply) => {
      const { queryId } = request.params
      const page = await pageOfRuns(database.prisma, { queryId, ...request.query })
      // Runs outlive their query, so only an empty history asks whether there ever was one.
      if (page.items.length === 0 && (await findQuery(database.prisma, queryId)) === null) throw notFound('query', queryId)
      return sendPage(request, reply, page)
    })

    app.get('/runs', { schema: listRunsSchema }, async (request, reply) =>
      sendPage(request, reply, await pageOfRuns(database.prisma, request.query))
    )

    app.get('/runs/:runId', { schema: getRunSchema }, async ({ params: { runId } }, reply) => {
      const run = await findRun(database.prisma, runId)
      if (run === null) throw notFound('run', runId)
      const body = presentRun(run)
      return sendResource(reply, body, etagOf(body))
    })

    app.post('/runs/:runId/cancellation', { schema: cancelRunSchema }, async ({ params: { runId } }, reply) => {
      const cancelled = await cancelRun(database, runId)
      const run = await findRun(database.prisma, runId)
      if (run === null) throw notFound('run', runId)
      if (!cancelled && run.status !== 'cancelled') throw conflict(`The run has ended already: it ${run.status}.`)
      return reply.code(202).send(presentRun(run))
    })
  }
}
