import assert from 'node:assert/strict'
import type { ServerResponse } from 'node:http'
import { after, before, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { manyBroker } from '../helpers/many-broker.ts'
import { type Answer, type Service, startService } from '../helpers/service.ts'
import { startUpstream, type Upstream, type UpstreamHandler } from '../helpers/upstream.ts'

let upstream: Upstream
let service: Service
let answer: UpstreamHandler = () => {}

before(async () => {
  upstream = await startUpstream((request, response, received) => answer(request, response, received))
  service = await startService({ modules: [manyBroker], variables: { BROKER_MANY_BROKER_BASE_URL: upstream.url } })
})
after(async () => {
  await service.close()
  await upstream.close()
})

let lastId = 0n
function freshAlerts(count: number): string[] {
  return Array.from({ length: count }, () => `{"diaSourceId": ${170_587_116_732_000_000n + ++lastId}, "ra": 0, "dec": -0.0}`)
}

function sending(...texts: string[]): UpstreamHandler {
  return (_request, response) => sendAll(response, texts)
}

function sendAll(response: ServerResponse, texts: readonly string[]) {
  response.setHeader('content-type', 'application/json')
  response.end(`[${texts.join(',\n')}]`)
}

/** Sends some alerts and then nothing more, until the client hangs up. */
function stalling(texts: readonly string[], hungUp: PromiseWithResolvers<void>): UpstreamHandler {
  return (_request, response) => {
    response.on('close', () => hungUp.resolve())
    response.setHeader('content-type', 'application/json')
    response.write(`[${texts.join(',')}`)
  }
}

function run(caps: object = {}, headers: Record<string, string> = { prefer: 'wait=30' }): Promise<Answer> {
  return service.post('/v1/runs', { brokerId: 'many-broker', parameters: {}, caps }, headers)
}

async function until(runId: string, holds: (body: Answer['body']) => boolean): Promise<Answer['body']> {
  for (;;) {
    const { body } = await service.get(`/v1/runs/${runId}`)
    if (holds(body)) return body
    await sleep(20)
  }
}

test('a run that ends in time answers 200 with its counts, and one that does not 202 with its address', async () => {
  answer = sending(...freshAlerts(3))
  const ended = await run()
  assert.deepEqual([ended.status, ended.body.status, ended.body.counts.new], [200, 'succeeded', 3])
  assert.equal(ended.headers.get('preference-applied'), 'wait=30')
  const queued = await run({}, {})
  assert.deepEqual([queued.status, queued.headers.get('location')], [202, `/v1/runs/${queued.body.id}`])
  assert.equal((await until(queued.body.id, ({ finishedAt }) => finishedAt !== null)).counts.duplicate, 3)
})

test('an alert that PostgreSQL or JSON cannot hold harms only itself', async () => {
  const [good = '', other = ''] = freshAlerts(2)
  const bad = [
    '{"diaSourceId": "nul \\u0000", "ra": 1, "dec": 1}',
    '{"diaSourceId": "half \\ud800", "ra": 1, "dec": 1}',
    '{"diaSourceId": "far", "ra": 1e400000, "dec": 1}',
    '{"diaSourceId": "none", "ra": NaN, "dec": 1}',
    '{"diaSourceId": "raw \u0000", "ra": 1, "dec": 1}',
    '{"diaSourceId": "broken", ra: 1}',
    '17'
  ]
  const { body } = await (async () => {
    answer = sending(good, ...bad, other)
    return run()
  })()
  assert.deepEqual([body.status, body.counts.new, body.counts.rejected], ['succeeded', 2, bad.length])
  const { body: rejections } = await service.get(`/v1/runs/${body.id}/rejections`)
  assert.deepEqual(
    rejections.items.map(({ raw }: { raw: string }) => raw),
    bad.map(text => text.replaceAll('\u0000', '\ufffd'))
  )
  for (const { reason } of rejections.items) assert.ok(reason.length > 10, reason)
})

test('18-digit ids and the text of the broker come through unchanged', async () => {
  const text = '{ "diaSourceId":170587116732416143 ,"ra":0,"dec":-0.0, "flux":1e5, "flux":2E-7, "note":"\\u00e9\\/ é 🔭" }'
  answer = sending(text)
  const { body } = await run()
  const { body: page } = await service.get(`/v1/runs/${body.id}/alerts`)
  const [alert] = page.items
  assert.deepEqual([alert.brokerAlertId, alert.ra, alert.dec, alert.outcome], ['170587116732416143', 0, 0, 'new'])
  assert.equal((await service.get(`/v1/alerts/${alert.id}/raw`)).text, text)
  assert.equal(
    (await service.get('/v1/alerts?ra=0&dec=0&radius=1')).body.items.some(({ id }: { id: string }) => id === alert.id),
    true
  )
})

test('a cap cuts the results and says so, but only when the broker had more', async () => {
  answer = sending(...freshAlerts(5))
  const cut = (await run({ alerts: 4 })).body
  assert.deepEqual([cut.status, cut.counts.received, cut.truncated, cut.truncatedBy], ['succeeded', 4, true, 'alerts'])
  const whole = (await run({ alerts: 5 })).body
  assert.deepEqual([whole.counts.received, whole.truncated, whole.truncatedBy], [5, false, null])
})

test('a cap on time ends a run that waits for its broker, and keeps what it had', async () => {
  const hungUp = Promise.withResolvers<void>()
  answer = stalling(freshAlerts(2), hungUp)
  const { body } = await run({ seconds: 1 })
  assert.deepEqual([body.status, body.counts.new, body.truncatedBy], ['succeeded', 2, 'seconds'])
  await hungUp.promise
})

test('what came before the broker failed is kept, and the error says what happened', async () => {
  answer = (_request, response) => void response.end(`[${freshAlerts(2).join(',')},`)
  const { body } = await run()
  assert.deepEqual([body.status, body.counts.new, body.error.kind], ['failed', 2, 'bad-response'])
  answer = (_request, response) => void response.writeHead(403).end('<html><b>No access</b> for you</html>')
  const refused = (await run()).body
  assert.deepEqual([refused.error.kind, refused.error.retryable, refused.error.upstreamStatus], ['unauthorized', false, 403])
  assert.match(refused.error.detail, /No access for you/)
})

test('a run whose every alert is unreadable has failed', async () => {
  answer = sending('{"other": 1}', '{"shape": 2}')
  const { body } = await run()
  assert.deepEqual([body.status, body.counts.rejected, body.error.kind], ['failed', 2, 'bad-response'])
})

test('a run without any alert has succeeded', async () => {
  answer = sending()
  const { body } = await run()
  assert.deepEqual([body.status, body.counts.received, body.error], ['succeeded', 0, null])
  assert.deepEqual((await service.get(`/v1/runs/${body.id}/alerts`)).body, { items: [], next: null })
})

test('a cancellation reaches the request to the broker and ends the run at once', async () => {
  const hungUp = Promise.withResolvers<void>()
  answer = stalling(freshAlerts(2), hungUp)
  const { body: queued } = await run({}, {})
  await until(queued.id, ({ counts }) => counts.received === 2)
  const cancelled = await service.post(`/v1/runs/${queued.id}/cancellation`)
  assert.deepEqual([cancelled.status, cancelled.body.status, cancelled.body.counts.received], [202, 'cancelled', 2])
  await hungUp.promise
  assert.equal((await service.post(`/v1/runs/${queued.id}/cancellation`)).status, 202)
  answer = sending()
  const ended = (await run()).body
  assert.equal((await service.post(`/v1/runs/${ended.id}/cancellation`)).status, 409)
})

test('pages of a run that goes on always have a next one, and the last page has none', async () => {
  const hungUp = Promise.withResolvers<void>()
  const alerts = freshAlerts(3)
  let finish = () => {}
  answer = (request, response, received) => {
    stalling(alerts, hungUp)(request, response, received)
    finish = () => response.end(']')
  }
  const { body: queued } = await run({}, {})
  await until(queued.id, ({ counts }) => counts.received === 3)
  const first = (await service.get(`/v1/runs/${queued.id}/alerts?limit=2`)).body
  const second = (await service.get(`/v1/runs/${queued.id}/alerts?limit=2&cursor=${first.next}`)).body
  const third = (await service.get(`/v1/runs/${queued.id}/alerts?limit=2&cursor=${second.next}`)).body
  assert.deepEqual([first.items.length, second.items.length, third.items.length, typeof third.next], [2, 1, 0, 'string'])
  finish()
  await until(queued.id, ({ finishedAt }) => finishedAt !== null)
  assert.deepEqual((await service.get(`/v1/runs/${queued.id}/alerts?cursor=${third.next}`)).body, { items: [], next: null })
})

test('a stream that follows a run sees each alert soon after it was recorded, and ends with the run', async () => {
  const hungUp = Promise.withResolvers<void>()
  let response: ServerResponse | undefined
  answer = (request, upstreamResponse, received) => {
    response = upstreamResponse
    stalling(freshAlerts(1), hungUp)(request, upstreamResponse, received)
  }
  const { body: queued } = await run({}, {})
  await until(queued.id, ({ counts }) => counts.received === 1)
  const stream = await fetch(`${service.url}/v1/runs/${queued.id}/alerts.ndjson?follow=true`)
  assert.equal(stream.headers.get('content-type'), 'application/x-ndjson')
  const { body } = stream
  assert.ok(body)
  const lines: { brokerAlertId: string; cursor: string }[] = []
  const read = (async () => {
    for await (const chunk of body.pipeThrough(new TextDecoderStream())) {
      for (const line of chunk.split('\n').filter(Boolean)) lines.push(JSON.parse(line))
    }
  })()
  while (lines.length < 1) await sleep(10)
  response?.write(`,${freshAlerts(1).join()}`)
  while (lines.length < 2) await sleep(10)
  assert.equal((await service.get(`/v1/runs/${queued.id}`)).body.status, 'running')
  response?.end(']')
  await read
  const resumed = await service.get(`/v1/runs/${queued.id}/alerts.ndjson?cursor=${lines[0]?.cursor}`)
  assert.deepEqual(JSON.parse(resumed.text).brokerAlertId, lines[1]?.brokerAlertId)
})

test('a run started twice with one Idempotency-Key is one run', async () => {
  answer = sending()
  const headers = { 'idempotency-key': 'once', prefer: 'wait=30' }
  const [first, second] = [await run({}, headers), await run({}, headers)]
  assert.deepEqual([first.status, first.body.id], [second.status, second.body.id])
})

test('a run keeps the name and parameters of its query, also when the query is gone', async () => {
  const { body: query } = await service.post('/v1/queries', { name: 'Sand', brokerId: 'my-broker', parameters: { targetName: 'Tatooine' } })
  const ran = await service.post(`/v1/queries/${query.id}/runs`, undefined, { prefer: 'wait=30' })
  assert.deepEqual([ran.status, ran.body.queryName, ran.body.counts.received], [200, 'Sand', 1])
  assert.notEqual((await service.get(`/v1/queries/${query.id}`)).body.lastRunAt, null)
  assert.equal((await service.delete(`/v1/queries/${query.id}`, { 'if-match': '*' })).status, 204)
  const history = await service.get(`/v1/queries/${query.id}/runs`)
  assert.deepEqual(history.body.items[0].parameters, { targetName: 'Tatooine' })
  assert.equal((await service.post(`/v1/queries/${query.id}/runs`)).status, 404)
})

test('runs are listed newest first, by query, broker and status, page by page', async () => {
  answer = sending()
  const ids = []
  for (let count = 0; count < 3; count++) ids.unshift((await run()).body.id)
  const first = (await service.get('/v1/runs?brokerId=many-broker&status=succeeded&limit=2')).body
  const second = (await service.get(`/v1/runs?brokerId=many-broker&status=succeeded&limit=1&cursor=${first.next}`)).body
  assert.deepEqual(
    [...first.items, ...second.items].map(({ id }) => id),
    ids
  )
})

test('what cannot be run is refused with what would be right', async () => {
  const unknown = await service.post('/v1/runs', { brokerId: 'nobody', parameters: {} })
  assert.deepEqual([unknown.status, unknown.body.errors[0].pointer], [422, '/brokerId'])
  const wrong = await service.post('/v1/runs', { brokerId: 'my-broker', parameters: { targetNam: 'x' } })
  assert.deepEqual(
    [wrong.status, wrong.body.errors.map(({ pointer }: { pointer: string }) => pointer)],
    [422, ['/parameters/targetName', '/parameters/targetNam']]
  )
  assert.equal((await run({ alerts: 0 })).status, 422)
  assert.equal((await service.get(`/v1/runs/${service.config.host}`)).status, 404)
  assert.equal((await service.get('/v1/runs/019a5c1e-7d3a-7c4e-9b1f-2f6f0f7a1c11/alerts')).status, 404)
  assert.equal((await service.get('/v1/runs/019a5c1e-7d3a-7c4e-9b1f-2f6f0f7a1c11/alerts.ndjson')).status, 404)
})

test('the metrics tell what came of alerts and runs, and what waits', async () => {
  const count = async (pattern: RegExp) => Number(pattern.exec((await service.get('/metrics')).text)?.[1] ?? 0)
  const received = /tom_alerts_received_total\{broker="many-broker",outcome="new"\} (\d+)/
  const ended = /tom_runs_ended_total\{broker="many-broker",status="succeeded"\} (\d+)/
  const [alerts, runs] = [await count(received), await count(ended)]
  answer = sending(...freshAlerts(7))
  await run()
  assert.deepEqual([await count(received), await count(ended)], [alerts + 7, runs + 1])
  assert.match((await service.get('/metrics')).text, /tom_runs\{status="queued"\} 0/)
})

test('a cursor of another run is refused', async () => {
  answer = sending(...freshAlerts(3))
  const [first, second] = [(await run()).body.id, (await run()).body.id]
  const { next } = (await service.get(`/v1/runs/${first}/alerts?limit=1`)).body
  assert.equal((await service.get(`/v1/runs/${first}/alerts?cursor=${next}`)).body.items.length, 2)
  assert.equal((await service.get(`/v1/runs/${second}/alerts?cursor=${next}`)).status, 422)
})

test('numbers in the query string that are infinite are refused', async () => {
  for (const query of ['runs?limit=1e309', 'alerts?ra=1&dec=Infinity&radius=1', 'targets?ra=1&dec=1&radius=1e309']) {
    assert.equal((await service.get(`/v1/${query}`)).status, 422, query)
  }
})

test('a stream that has nothing to tell yet says that it is alive', async () => {
  answer = stalling([], Promise.withResolvers<void>())
  const { body: queued } = await run({}, {})
  const stream = await fetch(`${service.url}/v1/runs/${queued.id}/alerts.ndjson?follow=true`)
  const { value } = (await stream.body?.pipeThrough(new TextDecoderStream()).getReader().read()) ?? {}
  assert.equal(value, '\n')
  await service.post(`/v1/runs/${queued.id}/cancellation`)
})
