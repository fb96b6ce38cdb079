import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { InstalledBroker } from '../broker-kit/registry.ts'
import type { Database } from '../database.ts'
import { clientSignal } from '../http/client-gone.ts'
import { ref } from '../http/openapi.ts'
import { problemResponses } from '../http/problems.ts'
import type { Gates } from '../outbound/gates.ts'
import { countPlaces } from '../outbound/places-store.ts'
import { findState } from '../outbound/state-store.ts'
import { checkBroker } from './check-broker.ts'
import { describeHealth } from './describe-health.ts'
import { BrokerCheck, BrokerHealth } from './health-schemas.ts'
import { BrokerId } from './schemas.ts'

const tags = ['Brokers']

const healthSchema = {
  operationId: 'getBrokerHealth',
  summary: "Get a broker's health",
  description: 'How a broker is doing and what is left of its limits, as all processes know together. Nothing is asked of the broker.',
  tags,
  params: BrokerId,
  response: { 200: ref(BrokerHealth) }
}

const checkSchema = {
  operationId: 'checkBroker',
  summary: 'Check a broker',
  description:
    'Asks the broker now whether it answers and takes our credentials, before they are used for the first time. It counts against the limits of the broker, and closes its circuit breaker when all is well.',
  tags,
  params: BrokerId,
  response: { 200: ref(BrokerCheck), ...problemResponses(501) }
}

/** What the routes about a broker's health need. */
export interface HealthParts {
  readonly database: Database
  readonly gates: Gates
  /** Throws 404 for a broker that is not installed. */
  find(brokerId: string): InstalledBroker
}

/** How the brokers are doing, over HTTP. */
export const healthRoutes =
  ({ database, gates, find }: HealthParts): FastifyPluginAsyncTypebox =>
  async app => {
    app.get('/brokers/:brokerId/health', { schema: healthSchema }, async ({ params: { brokerId } }) => {
      const broker = find(brokerId)
      const state = await findState(database.pool, brokerId)
      return describeHealth({ broker, state, places: await countPlaces(database.pool, brokerId, broker.limits) })
    })

    app.post('/brokers/:brokerId/check', { schema: checkSchema }, async ({ params: { brokerId }, log }, reply) => {
      return checkBroker({ broker: find(brokerId), gates, signal: clientSignal(reply), log })
    })
  }
