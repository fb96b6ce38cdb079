import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from '@sinclair/typebox'
import type { Database } from '../database.ts'
import { etagOf, ifNoneMatchFields, sendResource } from '../http/etags.ts'
import { ref } from '../http/openapi.ts'
import { sendPage } from '../http/pagination.ts'
import { conflict, notFound, problemResponses } from '../http/problems.ts'
import { QueryId } from '../queries/schemas.ts'
import { findQuery } from '../queries/store.ts'
import { pageOfRuns } from './list-runs.ts'
import { presentRun } from './present-run.ts'
import { QueryRunListQuery, Run, RunId, RunListQuery, RunPage } from './schemas.ts'
import { cancelRun, findRun, hasRun } from './store.ts'

const tags = ['Runs']

const listQueryRunsSchema = {
  operationId: 'listQueryRuns',
  summary: 'List the runs of a query',
  description: 'Runs of one query, newest first.',
  tags,
  params: QueryId,
  querystring: QueryRunListQuery,
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

/** Runs over HTTP. */
export const runRoutes =
  ({ database }: { readonly database: Database }): FastifyPluginAsyncTypebox =>
  async app => {
    const hasHistory = async (queryId: string) =>
      (await findQuery(database.prisma, queryId)) !== null || (await hasRun(database.prisma, { queryId }))

    app.get('/queries/:queryId/runs', { schema: listQueryRunsSchema }, async (request, reply) => {
      const { queryId } = request.params
      const page = await pageOfRuns(database.prisma, { queryId, ...request.query })
      // Runs outlive their query, so only an empty history asks whether there ever was one.
      if (page.items.length === 0 && !(await hasHistory(queryId))) throw notFound('query', queryId)
      return sendPage(request, reply, page)
    })

    app.get('/runs', { schema: listRunsSchema }, async (request, reply) =>
      sendPage(request, reply, await pageOfRuns(database.prisma, request.query))
    )

    app.get('/runs/:runId', { schema: getRunSchema }, async ({ params: { runId } }, reply) => {
      const run = await findRun(database.pool, runId)
      if (run === null) throw notFound('run', runId)
      const body = presentRun(run)
      return sendResource(reply, body, etagOf(body))
    })

    app.post('/runs/:runId/cancellation', { schema: cancelRunSchema }, async ({ params: { runId } }, reply) => {
      const cancelled = await cancelRun(database, runId)
      const run = await findRun(database.pool, runId)
      if (run === null) throw notFound('run', runId)
      if (!cancelled && run.status !== 'cancelled') throw conflict(`The run has ended already: it ${run.status}.`)
      return reply.code(202).send(presentRun(run))
    })
  }
