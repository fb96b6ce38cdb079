import { Readable } from 'node:stream'
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from '@sinclair/typebox'
import type { Database } from '../database.ts'
import { clientSignal } from '../http/client-gone.ts'
import { sendNdjson } from '../http/ndjson.ts'
import { ref } from '../http/openapi.ts'
import { PageQuery, sendPage } from '../http/pagination.ts'
import { notFound, problemResponses } from '../http/problems.ts'
import { sendEvents } from '../http/sse.ts'
import { exportRun } from './export-run.ts'
import { followRun } from './follow-run.ts'
import { pageOfRejections, pageOfRunAlerts, positionOf } from './list-results.ts'
import { RejectionPage, RunAlert, RunAlertPage, StreamQuery } from './result-schemas.ts'
import { refuseDropped } from './results-dropped.ts'
import { placeOf, runEvents } from './run-events.ts'
import type { RunReader } from './run-reader.ts'
import { RunEvent, RunId } from './schemas.ts'
import { findRun } from './store.ts'

const tags = ['Runs']

const listRunAlertsSchema = {
  operationId: 'listRunAlerts',
  summary: 'List the alerts of a run',
  description: 'Alerts in the order in which they were recorded. While the run goes on there is always a next page; it may be empty.',
  tags,
  params: RunId,
  querystring: PageQuery,
  response: { 200: ref(RunAlertPage), ...problemResponses(410) }
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
    }),
    ...problemResponses(410)
  }
}

const listRejectionsSchema = {
  operationId: 'listRejections',
  summary: 'List the rejections of a run',
  description: 'What the broker sent and the module could not read, with the reason.',
  tags,
  params: RunId,
  querystring: PageQuery,
  response: { 200: ref(RejectionPage), ...problemResponses(410) }
}

const exportRunAlertsSchema = {
  operationId: 'exportRunAlerts',
  summary: 'Export the alerts of a run as CSV',
  description: 'A header and one line an alert, in the order in which they were recorded; what was recorded when it is asked for.',
  tags,
  params: RunId,
  response: {
    200: Type.Unsafe<unknown>({ description: 'CSV (RFC 4180).', content: { 'text/csv': { schema: { type: 'string' } } } }),
    ...problemResponses(410)
  }
}

const listenToRunSchema = {
  operationId: 'listenToRun',
  summary: 'Listen to a run',
  description:
    'Server-sent events until the run has ended: `progress` and `end` with the run, `feedback` with a message. A listener that comes back with `Last-Event-ID` is told what it missed.',
  tags,
  params: RunId,
  headers: Type.Object({
    'Last-Event-ID': Type.Optional(Type.String({ maxLength: 200, description: '`id` of the last event that was heard.' }))
  }),
  response: {
    200: Type.Unsafe<string>({
      description: 'Events; their data are RunEvent objects.',
      content: { 'text/event-stream': { schema: ref(RunEvent) } }
    })
  }
}

interface Needs {
  readonly database: Database
  readonly reader: RunReader
  /** Fires when the service stops: streams end. */
  readonly draining: AbortSignal
}

/** Results of runs over HTTP. */
export const runResultRoutes = ({ database, reader, draining }: Needs): FastifyPluginAsyncTypebox => {
  const find = async (runId: string) => {
    const run = await findRun(database.pool, runId)
    if (run === null) throw notFound('run', runId)
    return run
  }

  return async app => {
    app.get('/runs/:runId/alerts', { schema: listRunAlertsSchema }, async (request, reply) =>
      sendPage(request, reply, await pageOfRunAlerts(database, { ...request.params, ...request.query }))
    )

    app.get('/runs/:runId/rejections', { schema: listRejectionsSchema }, async (request, reply) =>
      sendPage(request, reply, await pageOfRejections(database, { ...request.params, ...request.query }))
    )

    app.get('/runs/:runId/alerts.ndjson', { schema: streamRunAlertsSchema, exposeHeadRoute: false }, async (request, reply) => {
      const { runId } = request.params
      const { cursor, follow } = request.query
      const after = positionOf(runId, cursor)
      refuseDropped(await find(runId), after)
      return sendNdjson(reply, followRun(reader, { runId, after, follow, signal: clientSignal(reply, { draining }) }))
    })

    app.get('/runs/:runId/alerts.csv', { schema: exportRunAlertsSchema, exposeHeadRoute: false }, async ({ params: { runId } }, reply) => {
      refuseDropped(await find(runId), 0n)
      const lines = exportRun(database, { runId, signal: clientSignal(reply, { draining }) })
      reply.header('Content-Disposition', `attachment; filename="run-${runId}.csv"`)
      return reply.type('text/csv; charset=utf-8').send(Readable.from(lines, { objectMode: false }))
    })

    app.get('/runs/:runId/events', { schema: listenToRunSchema, exposeHeadRoute: false }, async (request, reply) => {
      const { runId } = request.params
      await find(runId)
      const place = placeOf(request.headers['last-event-id'])
      return sendEvents(reply, runEvents(reader, { runId, place, signal: clientSignal(reply, { draining }) }))
    })
  }
}
