import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { pino } from 'pino'
import { BrokerError, defineBroker } from '../../src/broker-kit/index.ts'
import { pickyBroker } from '../helpers/picky-broker.ts'
import { type Service, startService } from '../helpers/service.ts'
import { startUpstream, type Upstream } from '../helpers/upstream.ts'

const secret = 'very secret/token of ours'

/** A made-up module that tells everyone the token of its operator; `name` says how. */
const leakyBroker = defineBroker({
  ...pickyBroker,
  id: 'leaky-broker',
  async *fetchAlerts({ name }, { http, settings: { apiToken }, feedback }) {
    if (name === 'in feedback') feedback(`Asked as ${apiToken}, in a URL ${encodeURIComponent(apiToken)}.`)
    if (name === 'in an error') throw new Error(`cannot log in as ${apiToken}`)
    if (name === 'in a cause') throw new Error('cannot log in', { cause: { settings: { apiToken } } })
    if (name === 'in a broker error') throw new BrokerError('query-rejected', `no query for ${apiToken}`)
    if (name === 'as no error') throw `${apiToken}`
    yield* http.items('alerts', { query: { token: apiToken } })
  },
  async fetchAlert(id, { settings: { apiToken } }) {
    throw id === 'plain' ? new Error(`No ${apiToken}.`) : new BrokerError('not-found', `No ${apiToken}.`)
  }
})

let upstream: Upstream
let service: Service
const log: string[] = []

before(async () => {
  upstream = await startUpstream({ '*': ({ url }) => ({ status: 400, body: `You asked for ${url}, that is, for ${secret}.` }) })
  service = await startService({
    modules: [leakyBroker],
    logger: pino({ level: 'trace' }, { write: line => void log.push(line) }),
    variables: { BROKER_LEAKY_BROKER_BASE_URL: upstream.url, BROKER_LEAKY_BROKER_API_TOKEN: secret }
  })
})
after(async () => {
  await service.close()
  await upstream.close()
})

for (const [name, kind] of [
  ['in feedback', 'query-rejected'],
  ['in an error', 'module-failed'],
  ['in a cause', 'module-failed'],
  ['in a broker error', 'query-rejected'],
  ['as no error', 'module-failed'],
  ['by the broker', 'query-rejected']
]) {
  test(`a secret that a module or its broker tells, ${name}, is in no run`, async () => {
    const { body, text } = await service.post('/v1/runs', { brokerId: 'leaky-broker', parameters: { name } }, { prefer: 'wait=30' })
    assert.equal(body.error.kind, kind, text)
    if (name !== 'in a cause') assert.match(text, /\*\*\*/)
    for (const path of ['', '/alerts', '/rejections']) {
      assert.doesNotMatch((await service.get(`/v1/runs/${body.id}${path}`)).text, /very.{1,3}secret/)
    }
    assert.doesNotMatch(text, /very.{1,3}secret/)
    assert.doesNotMatch(log.join(''), /very.{1,3}secret/)
  })
}

test('a secret that a module tells is in no answer and no log when one alert is asked for', async () => {
  for (const [id, status] of [
    ['plain', 500],
    ['unknown', 404]
  ]) {
    const answer = await service.get(`/v1/brokers/leaky-broker/alerts/${id}`)
    assert.equal(answer.status, status)
    assert.doesNotMatch(answer.text, /very.{1,3}secret/)
  }
  assert.match(log.join(''), /\*\*\*/)
  assert.doesNotMatch(log.join(''), /very.{1,3}secret/)
})
