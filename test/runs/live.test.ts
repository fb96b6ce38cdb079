import assert from 'node:assert/strict'
import type { ServerResponse } from 'node:http'
import { after, before, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { manyBroker } from '../helpers/many-broker.ts'
import { type Service, startService } from '../helpers/service.ts'
import { recordStatements } from '../helpers/statements.ts'
import { startUpstream, type Upstream } from '../helpers/upstream.ts'

let upstream: Upstream
let service: Service
let response: ServerResponse
let lastId = 0

before(async () => {
  upstream = await startUpstream((_request, upstreamResponse) => {
    response = upstreamResponse
    response.write(`[${alertText()}`)
  })
  service = await startService({ modules: [manyBroker], variables: { BROKER_MANY_BROKER_BASE_URL: upstream.url } })
})
after(async () => {
  await service.close()
  await upstream.close()
})

function alertText(id = `live-${++lastId}`) {
  return JSON.stringify({ diaSourceId: id, ra: 1, dec: 2 })
}

/** Starts a run that has received one alert and waits for more. */
async function startRun(): Promise<string> {
  const { body } = await service.post('/v1/runs', { brokerId: 'many-broker', parameters: {} })
  for (;;) {
    const run = await service.get(`/v1/runs/${body.id}`)
    if (run.body.counts.received === 1) return body.id
    await sleep(20)
  }
}

interface Heard {
  event: string
  id: string
  data: ReturnType<typeof JSON.parse>
}

/** Listens until the stream ends; what was heard so far is in the answer from the beginning. */
function listen(runId: string, headers: Record<string, string> = {}) {
  const heard: Heard[] = []
  const done = (async () => {
    const stream = await fetch(`${service.url}/v1/runs/${runId}/events`, { headers })
    assert.equal(stream.headers.get('content-type'), 'text/event-stream')
    let text = ''
    for await (const chunk of stream.body?.pipeThrough(new TextDecoderStream()) ?? []) {
      const events = (text + chunk).split('\n\n')
      text = events.pop() ?? ''
      heard.push(...events.filter(event => !event.startsWith(':')).map(parseEvent))
    }
  })()
  return { heard, done }
}

function parseEvent(text: string): Heard {
  const [, event = '', id = '', data = ''] = /^event: (.*)\nid: (.*)\ndata: (.*)$/.exec(text) ?? []
  return { event, id, data: JSON.parse(data) }
}

async function until(holds: () => boolean) {
  while (!holds()) await sleep(10)
}

test('a listener hears progress as it is recorded, and the end; one that comes back hears what it missed', async () => {
  const runId = await startRun()
  const { heard, done } = listen(runId)
  await until(() => heard.length > 0)
  assert.deepEqual([heard[0]?.event, heard[0]?.data.counts.received], ['progress', 1])
  response.write(`,${alertText()}`)
  await until(() => heard.some(({ data }) => data.counts.received === 2))
  response.end(']')
  await done
  const last = heard.at(-1)
  assert.deepEqual([last?.event, last?.data.status, last?.data.counts.received], ['end', 'succeeded', 2])
  const late = listen(runId, { 'last-event-id': heard[0]?.id ?? '' })
  await late.done
  assert.deepEqual(
    late.heard.map(({ event, data }) => [event, data.counts.received]),
    [['end', 2]]
  )
})

test('feedback is told once, also to a listener that comes back', async () => {
  const { body } = await service.post('/v1/runs', { brokerId: 'my-broker', parameters: { targetName: 'Alderaan' } }, { prefer: 'wait=30' })
  const first = listen(body.id)
  await first.done
  assert.deepEqual(
    first.heard.map(({ event }) => event),
    ['feedback', 'end']
  )
  const again = listen(body.id, { 'last-event-id': first.heard[0]?.id ?? '' })
  await again.done
  assert.deepEqual(
    again.heard.map(({ event }) => event),
    ['end']
  )
})

test('two hundred idle listeners cost the database nothing, and a change one query of each kind', async t => {
  const runId = await startRun()
  const controller = new AbortController()
  const { signal } = controller
  let lines = 0
  const followers = Array.from({ length: 200 }, async () => {
    const stream = await fetch(`${service.url}/v1/runs/${runId}/alerts.ndjson?follow=true`, { signal })
    for await (const chunk of stream.body?.pipeThrough(new TextDecoderStream()) ?? []) lines += chunk.split('\n').filter(Boolean).length
  }).map(promise => promise.catch(() => {}))
  await until(() => lines === 200)
  const statements = recordStatements(t, ({ text }) => /FROM .*"(Run|RunAlert)"/s.test(text) && !/UPDATE|FOR UPDATE|lease/i.test(text))
  await sleep(1500)
  assert.equal(statements.length, 0)
  response.write(`,${alertText()}`)
  await until(() => lines === 400)
  t.diagnostic(`${statements.length} queries told one alert to 200 followers`)
  assert.ok(statements.length <= 20, `${statements.length}`)
  controller.abort()
  response.end(']')
  await Promise.all(followers)
})

test('a run is exported as CSV with a header, whatever its fields hold', async () => {
  const runId = await startRun()
  response.end(`,${alertText('a "quoted", id')}]`)
  await until(() => response.writableFinished)
  const { body } = await service.post('/v1/runs', { brokerId: 'my-broker', parameters: { targetName: 'Hoth' } }, { prefer: 'wait=30' })
  const hoth = await service.get(`/v1/runs/${body.id}/alerts.csv`)
  assert.equal(hoth.headers.get('content-type'), 'text/csv; charset=utf-8')
  const [header = '', line = ''] = hoth.text.split('\r\n')
  assert.deepEqual(header.split(',').slice(0, 4), ['id', 'brokerId', 'brokerAlertId', 'objectId'])
  assert.match(line, /,my-broker,2,,Hoth,2019-07-02T00:00:00.000Z,66,50,3,66,http/)
  while ((await service.get(`/v1/runs/${runId}`)).body.finishedAt === null) await sleep(20)
  const { text } = await service.get(`/v1/runs/${runId}/alerts.csv`)
  assert.match(text, /,"a ""quoted"", id",/)
  assert.equal(text.split('\r\n').length, 4)
})

test('events and exports of a run that does not exist are 404', async () => {
  for (const path of ['events', 'alerts.csv']) {
    assert.equal((await service.get(`/v1/runs/019a5c1e-7d3a-7c4e-9b1f-2f6f0f7a1c11/${path}`)).status, 404)
  }
})
