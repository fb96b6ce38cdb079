import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from '@sinclair/typebox'
import type { InstalledBroker, Registry } from '../broker-kit/registry.ts'
import type { Database } from '../database.ts'
import { clientSignal } from '../http/client-gone.ts'
import { etagOf, ifNoneMatchFields, sendResource } from '../http/etags.ts'
import { ref } from '../http/openapi.ts'
import { cutPage, decodeCursor, encodeCursor, PageQuery, sendPage } from '../http/pagination.ts'
import { notFound, problemResponses } from '../http/problems.ts'
import { sendVerbatim } from '../http/verbatim.ts'
import type { Gates } from '../outbound/gates.ts'
import { findState, listStates } from '../outbound/state-store.ts'
import { describeBroker } from './describe-broker.ts'
import { fetchRawAlert } from './fetch-raw-alert.ts'
import { healthRoutes } from './health-routes.ts'
import { Broker, BrokerAlertId, BrokerId, BrokerPage } from './schemas.ts'

const tags = ['Brokers']
const Cursor = Type.Tuple([Type.Literal('brokers'), Type.String()])

const listSchema = {
  operationId: 'listBrokers',
  summary: 'List brokers',
  description: 'The installed brokers: what they take, what they can do, what they lack.',
  tags,
  querystring: PageQuery,
  response: { 200: ref(BrokerPage) }
}

const getSchema = {
  operationId: 'getBroker',
  summary: 'Get a broker',
  description: 'One installed broker.',
  tags,
  params: BrokerId,
  headers: Type.Object(ifNoneMatchFields),
  response: { 200: ref(Broker) }
}

const rawAlertSchema = {
  operationId: 'getBrokerAlert',
  summary: 'Get one raw alert from the broker',
  description: "Asks the broker now and passes on its own text, unchanged, with the broker's media type; nothing is stored.",
  tags,
  params: BrokerAlertId,
  headers: Type.Object(ifNoneMatchFields),
  response: {
    200: Type.Unsafe<string>({ description: "The broker's own text.", content: { '*/*': { schema: { type: 'string' } } } }),
    ...problemResponses(409, 410, 422, 501, 502, 503, 504)
  }
}

interface CatalogParts {
  readonly database: Database
  readonly registry: Registry
  readonly gates: Gates
}

/** The installed brokers over HTTP. */
export const catalogRoutes = ({ database, registry, gates }: CatalogParts): FastifyPluginAsyncTypebox => {
  const brokers = [...registry.values()].sort((one, other) => (one.module.id < other.module.id ? -1 : 1))
  const find = (id: string): InstalledBroker => {
    const broker = registry.get(id)
    if (broker === undefined) throw notFound('broker', id)
    return broker
  }

  return async app => {
    await app.register(healthRoutes({ database, gates, find }))

    app.get('/brokers', { schema: listSchema }, async (request, reply) => {
      const { cursor, limit } = request.query
      const after = cursor === undefined ? '' : decodeCursor(cursor, Cursor)[1]
      const found = brokers.filter(({ module }) => module.id > after).slice(0, limit + 1)
      const { items, next } = cutPage(found, limit, ({ module }) => encodeCursor(['brokers', module.id]))
      const states = new Map((await listStates(database.pool)).map(state => [state.brokerId, state]))
      return sendPage(request, reply, { items: items.map(broker => describeBroker(broker, states.get(broker.module.id) ?? null)), next })
    })

    app.get('/brokers/:brokerId', { schema: getSchema }, async ({ params: { brokerId } }, reply) => {
      const broker = describeBroker(find(brokerId), await findState(database.pool, brokerId))
      return sendResource(reply, broker, etagOf(broker))
    })

    app.get('/brokers/:brokerId/alerts/:brokerAlertId', { schema: rawAlertSchema }, async (request, reply) => {
      const { brokerId, brokerAlertId } = request.params
      const broker = find(brokerId)
      const { text, mediaType } = await fetchRawAlert({ broker, gates, brokerAlertId, signal: clientSignal(reply), log: request.log })
      return sendVerbatim(reply, { text, mediaType, fileName: 'alert' })
    })
  }
}
