import assert from 'node:assert/strict'
import { test } from 'node:test'
import { checks, parseScenario, recordScenario } from '../../src/broker-kit/conformance/index.ts'
import { createRegistry } from '../../src/broker-kit/registry.ts'
import { pagedBroker, pagedSubject } from '../helpers/paged-broker.ts'
import { startUpstream } from '../helpers/upstream.ts'

const secret = 'hunter2/"é &+'
const page = (...ids: string[]) =>
  `{"data": {"alerts": [${ids.map(id => `{"id": ${id}, "name": "N", "mjd": 60000.5, "ra": 0, "dec": 0, "mag": 1.95e1}`)}]}}`

test('a conversation is recorded as a scenario that plays, with every secret replaced, however it is spelled', async () => {
  await using upstream = await startUpstream({
    '*': ({ headers }, url) => {
      if (headers.authorization !== `Token ${encodeURIComponent(secret)}`) return { status: 401 }
      const number = url.searchParams.get('page')
      if (number === '1') return { status: 302, headers: { location: `/v2/alerts?page=one&token=${encodeURIComponent(secret)}` } }
      if (number === 'one') return { body: page('170587116732416143', '2').replace('"N"', JSON.stringify(`N of ${secret}`)) }
      return { body: { data: { alerts: [] }, asked: `by ${secret} ${JSON.stringify(secret)}` } }
    }
  })
  const module = {
    ...pagedBroker,
    baseUrl: 'https://paged.example/v2/',
    fetchAlerts: (parameters: object, context: Parameters<typeof pagedBroker.fetchAlerts>[1]) => {
      const apiToken = encodeURIComponent(context.settings.apiToken)
      return pagedBroker.fetchAlerts(parameters, { ...context, settings: { ...context.settings, apiToken } })
    }
  }
  const variables = { BROKER_PAGED_BROKER_BASE_URL: `${upstream.url}v2/`, BROKER_PAGED_BROKER_API_TOKEN: secret }
  const broker = createRegistry({ modules: [module], enabled: null, variables }).registry.get('paged-broker')
  assert.ok(broker)
  const recorded = await recordScenario(broker, {})
  const text = JSON.stringify(recorded)
  assert.doesNotMatch(text, /hunter2/)
  assert.match(text, /example-api-token/)
  assert.deepEqual(
    recorded.exchanges.map(({ path, status }) => [path, status]),
    [
      ['alerts?page=1', 302],
      ['alerts?page=one&token=example-api-token', undefined],
      ['alerts?page=2', undefined]
    ]
  )
  assert.equal(recorded.alerts.length, 2)
  const subject = { ...pagedSubject, module, scenarios: { recorded: parseScenario(text, 'recorded') } }
  await checks['each scenario gives the expected alerts']?.(subject)
  await checks['fixtures hold no secret']?.(subject)
})

test('a conversation that does not end is not recorded', async () => {
  let asked = 0
  await using upstream = await startUpstream({ '*': () => ({ body: page(`${++asked}`, `${++asked}`) }) })
  const variables = { BROKER_PAGED_BROKER_BASE_URL: upstream.url, BROKER_PAGED_BROKER_API_TOKEN: 'a token' }
  const broker = createRegistry({ modules: [pagedBroker], enabled: null, variables }).registry.get('paged-broker')
  assert.ok(broker)
  await assert.rejects(recordScenario(broker, {}), /It takes 50 requests and more/)
  assert.ok(upstream.requests.length <= 50)
})
