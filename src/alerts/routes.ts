import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from '@sinclair/typebox'
import type { Database } from '../database.ts'
import { etagOf, ifNoneMatchFields, sendResource } from '../http/etags.ts'
import { ref } from '../http/openapi.ts'
import { sendPage } from '../http/pagination.ts'
import { notFound } from '../http/problems.ts'
import { Uuid } from '../http/schemas.ts'
import { sendVerbatim } from '../http/verbatim.ts'
import { pageOfAlerts } from './list-alerts.ts'
import { Alert, AlertListQuery, AlertPage, RawText } from './schemas.ts'
import { findAlert, findRaw } from './store.ts'

const tags = ['Alerts']
const params = Type.Object({ alertId: Uuid })

const listSchema = {
  operationId: 'listAlerts',
  summary: 'List alerts',
  description: 'Stored alerts, newest first; `ra`, `dec` and `radius` together search a cone.',
  tags,
  querystring: AlertListQuery,
  response: { 200: ref(AlertPage) }
}

const getSchema = {
  operationId: 'getAlert',
  summary: 'Get an alert',
  description: 'One stored alert. It never changes, but for the target that is made of it.',
  tags,
  params,
  headers: Type.Object(ifNoneMatchFields),
  response: { 200: ref(Alert) }
}

const rawSchema = {
  operationId: 'getRawAlert',
  summary: 'Get the raw text of an alert',
  description: "The broker's own text to the byte, with its own media type: most often JSON, which parsers may round.",
  tags,
  params,
  headers: Type.Object(ifNoneMatchFields),
  response: { 200: RawText }
}

/** Stored alerts over HTTP. */
export const alertRoutes =
  ({ database }: { readonly database: Pick<Database, 'pool'> }): FastifyPluginAsyncTypebox =>
  async app => {
    app.get('/alerts', { schema: listSchema }, async (request, reply) =>
      sendPage(request, reply, await pageOfAlerts(database.pool, request.query))
    )

    app.get('/alerts/:alertId', { schema: getSchema }, async ({ params: { alertId } }, reply) => {
      const alert = await findAlert(database.pool, alertId)
      if (alert === undefined) throw notFound('alert', alertId)
      return sendResource(reply, alert, etagOf(alert))
    })

    app.get('/alerts/:alertId/raw', { schema: rawSchema }, async ({ params: { alertId } }, reply) => {
      const found = await findRaw(database.pool, alertId)
      if (found === undefined) throw notFound('alert', alertId)
      return sendVerbatim(reply, { text: found.raw, mediaType: found.rawType, fileName: `alert-${alertId}` })
    })
  }
