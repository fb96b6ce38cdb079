import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { defineBroker, Type } from '../../src/broker-kit/index.ts'
import { limitedBroker } from '../helpers/limited-broker.ts'
import { type Service, startService } from '../helpers/service.ts'
import { startUpstream, type Upstream } from '../helpers/upstream.ts'

/** A made-up stream, whose alerts have a time. */
const timedStream = defineBroker({
  id: 'timed-stream',
  name: 'TimedStream',
  docs: 'https://example.org/docs',
  baseUrl: 'http://127.0.0.1:9/',
  surveys: [],
  scoreDescription: 'Nothing.',
  delivery: 'endless',
  parameters: Type.Object({}, { additionalProperties: false }),
  alert: Type.Object({ id: Type.String(), at: Type.String() }),
  async *fetchAlerts(_parameters, { http }) {
    yield* http.items('stream', { format: 'ndjson' })
  },
  toGenericAlert({ id, at }) {
    return { id, name: id, timestamp: at, ra: null, dec: null, mag: null, score: null, url: null }
  }
})

let upstream: Upstream
let service: Service

before(async () => {
  upstream = await startUpstream((_request, response, { url }) => {
    if (url === '/stream') {
      const line = (id: string, at: string) => `${JSON.stringify({ id, at })}\n`
      response.write(line('newer', '2026-01-02T03:04:05Z') + line('older', '2025-01-01T00:00:00Z'))
    } else if (url.startsWith('/alerts/silent')) response.flushHeaders()
    else if (url.startsWith('/alerts/moved')) response.writeHead(302, { location: '/alerts/one' }).end()
    else if (url.startsWith('/alerts/one'))
      response.writeHead(200, { 'ratelimit-remaining': '42', 'ratelimit-reset': '60' }).end('{"id": "one"}')
    else if (url.startsWith('/alerts/')) response.writeHead(404).end()
    else response.end('[{"id": "A"}]')
  })
  const variables = {
    BROKER_LIMITED_BROKER_BASE_URL: upstream.url,
    BROKER_LIMITED_BROKER_MAX_REQUESTS: '1000/3600',
    BROKER_TIMED_STREAM_BASE_URL: upstream.url,
    API_TOKENS: 'alice:example-of-a-long-secret'
  }
  service = await startService({ modules: [limitedBroker, timedStream], variables })
})
after(async () => {
  await service.close()
  await upstream.close()
})

const authorization = 'Bearer example-of-a-long-secret'

const metrics = async () => (await service.get('/metrics', { authorization })).text

/** How many requests to a broker came to what. */
async function requestsTo(broker: string): Promise<Record<string, number>> {
  const found = (await metrics()).matchAll(/^tom_broker_request_duration_seconds_count\{broker="([^"]+)",outcome="([^"]+)"\} (\d+)$/gm)
  return Object.fromEntries([...found].filter(([, id]) => id === broker).map(([, , outcome = '', count]) => [outcome, Number(count)]))
}

test('each request to a broker is measured once, by what came of it, and what is left of the limits is told', async () => {
  const ask = (id: string) => service.get(`/v1/brokers/limited-broker/alerts/${id}`, { authorization })
  const run = { brokerId: 'limited-broker', parameters: { name: 'A', pages: 3 } }
  await service.post('/v1/runs', run, { authorization, prefer: 'wait=30' })
  assert.deepEqual(await requestsTo('limited-broker'), { ok: 3 })
  await ask('one')
  await ask('none')
  await ask('moved')
  const asking = new AbortController()
  const silent = fetch(`${service.url}/v1/brokers/limited-broker/alerts/silent`, { headers: { authorization }, signal: asking.signal })
  while (!upstream.requests.some(({ url }) => url === '/alerts/silent')) await sleep(10)
  asking.abort()
  await assert.rejects(silent)
  while (!('aborted' in (await requestsTo('limited-broker')))) await sleep(10)
  assert.deepEqual(await requestsTo('limited-broker'), { ok: 5, 'not-found': 1, other: 1, aborted: 1 })
  assert.match(await metrics(), /^tom_broker_requests_left\{broker="limited-broker",limit="configured"\} 992$/m)
  assert.match(await metrics(), /^tom_broker_requests_left\{broker="limited-broker",limit="announced"\} 42$/m)
})

test('a run of an endless source tells its newest alert, and the metrics how far it is behind while it runs', async () => {
  const lag = async () => /^tom_run_lag_seconds\{broker="timed-stream"\} ([\d.e+]+)$/m.exec(await metrics())?.[1]
  assert.equal(await lag(), undefined)
  const { body: run } = await service.post('/v1/runs', { brokerId: 'timed-stream', parameters: {} }, { authorization })
  assert.equal(run.newestAlertAt, null)
  const read = async () => (await service.get(`/v1/runs/${run.id}`, { authorization })).body
  while ((await read()).counts.received < 2) await sleep(10)
  assert.equal((await read()).newestAlertAt, '2026-01-02T03:04:05.000Z')
  assert.ok(Number(await lag()) > 0)
  await service.post(`/v1/runs/${run.id}/cancellation`, undefined, { authorization })
  assert.equal(await lag(), undefined)
})

test('the metrics tell how many runs wait, and for how long, the first time that they are read', async () => {
  await service.database.pool.query(
    `INSERT INTO "Run" (id, "brokerId", parameters, "createdAt") VALUES (gen_random_uuid(), 'not-installed', '{}', now() - interval '1 day')`
  )
  const text = await metrics()
  assert.match(text, /^tom_runs\{status="queued"\} 1$/m)
  assert.match(text, /^tom_queue_age_seconds 8\d{4}(\.\d+)?$/m)
})

test('the metrics tell runs by state, the age of the queue and the lag of the event loop, and neither secrets nor addresses', async () => {
  const text = await metrics()
  for (const name of [
    'tom_runs{status="queued"}',
    'tom_runs{status="running"}',
    'tom_queue_age_seconds',
    'nodejs_eventloop_lag_p99_seconds'
  ])
    assert.ok(text.includes(`\n${name} `), name)
  assert.doesNotMatch(text, /example-of-a-long-secret|127\.0\.0\.1/)
})
