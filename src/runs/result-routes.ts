import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from '@sinclair/typebox'
import type { Database } from '../database.ts'
import { clientSignal } from '../http/client-gone.ts'
import { sendNdjson } from '../http/ndjson.ts'
import { ref } from '../http/openapi.ts'
import { PageQuery, sendPage } from '../http/pagination.ts'
import { notFound } from '../http/problems.ts'
import { followRun } from './follow-run.ts'
import { pageOfRejections, pageOfRunAlerts, positionOf, presentRunAlert } from './list-results.ts'
import { RejectionPage, RunAlert, RunAlertPage, RunId, StreamQuery } from './schemas.ts'
import { findRun } from './store.ts'

const tags = ['Runs']

const listRunAlertsSchema = {
  operationId: 'listRunAlerts',
  summary: 'List the alerts of a run',
  description: 'Alerts in the order in which they were recorded. While the run goes on there is always a next page; it may be empty.',
  tags,
  params: RunId,
  querystring: PageQuery,
  response: { 200: ref(RunAlertPage) }
}

const streamRunAlertsSchema = {
  operationId: 'streamRunAlerts',
  summary: 'Stream the alerts of a run',
  description:
    'One alert a line, in the order in which they were recorded; with `follow=true` until the run has ended. A stream that broke goes on behind the `cursor` of its last line.',
  tags,
  params: RunId,
  querystring: StreamQuery,
  response: {
    200: Type.Unsafe<string>({
      description: 'RunAlert objects, one a line.',
      content: { 'application/x-ndjson': { schema: ref(RunAlert) } }
    })
  }
}

const listRejectionsSchema = {
  operationId: 'listRejections',
  summary: 'List the rejections of a run',
  description: 'What the broker sent and the module could not read, with the reason.',
  tags,
  params: RunId,
  querystring: PageQuery,
  response: { 200: ref(RejectionPage) }
}

interface Needs {
  readonly database: Database
  /** Fires when the service stops: streams end. */
  readonly draining: AbortSignal
}

/** Results of runs over HTTP. */
export const runResultRoutes =
  ({ database, draining }: Needs): FastifyPluginAsyncTypebox =>
  async app => {
    app.get('/runs/:runId/alerts', { schema: listRunAlertsSchema }, async (request, reply) =>
      sendPage(request, reply, await pageOfRunAlerts(database, { ...request.params, ...request.query }))
    )

    app.get('/runs/:runId/rejections', { schema: listRejectionsSchema }, async (request, reply) =>
      sendPage(request, reply, await pageOfRejections(database, { ...request.params, ...request.query }))
    )

    app.get('/runs/:runId/alerts.ndjson', { schema: streamRunAlertsSchema, exposeHeadRoute: false }, async (request, reply) => {
      const { runId } = request.params
      const { cursor, follow } = request.query
      const after = positionOf(cursor)
      if ((await findRun(database.prisma, runId)) === null) throw notFound('run', runId)
      const signal = AbortSignal.any([clientSignal(reply), draining])
      return sendNdjson(reply, linesOf(followRun(database, { runId, after, follow, signal })))
    })
  }

async function* linesOf(rows: ReturnType<typeof followRun>): AsyncGenerator<string> {
  for await (const row of rows) yield JSON.stringify(presentRunAlert(row))
}
