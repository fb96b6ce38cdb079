import { readFileSync } from 'node:fs'
import { Type } from '@sinclair/typebox'
import type { FastifyInstance } from 'fastify'

const file = new URL('../brokers/my-broker/example_broker_data.json', import.meta.url)

const schema = {
  operationId: 'getMyBrokerData',
  summary: 'The data of MyBroker',
  description: "What the tutorial's broker 'answers': with it, everything can be tried without any broker.",
  tags: ['Service'],
  security: [],
  response: { 200: Type.Unsafe<string>({ description: 'Two alerts.', content: { 'application/json': { schema: {} } } }) }
}

/** Serves the file that stands in for the broker of the tutorial. */
export function serveExampleData(app: FastifyInstance): void {
  const text = readFileSync(file, 'utf8')
  app.get('/examples/my-broker/example_broker_data.json', { schema }, async (_, reply) => reply.type('application/json').send(text))
}
