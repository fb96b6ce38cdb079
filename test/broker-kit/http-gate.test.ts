import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Type } from '@sinclair/typebox'
import { BrokerError } from '../../src/broker-kit/errors.ts'
import type { Gate, RequestReport } from '../../src/broker-kit/gate.ts'
import { readRate } from '../../src/broker-kit/http-rate.ts'
import { brokerErrorOf, clientFor, drain } from '../helpers/http-client.ts'
import { startUpstream } from '../helpers/upstream.ts'

const Anything = Type.Object({})

/** A gate that writes down what passes it. */
function watchedGate() {
  const seen: (string | RequestReport)[] = []
  const gate: Gate = {
    async enter() {
      seen.push('in')
      return { report: report => void seen.push(report), leave: () => void seen.push('out') }
    }
  }
  const events = () => seen.map(event => (typeof event === 'string' ? event : (event.error?.kind ?? 'well')))
  return { gate, seen, events }
}

test('every request passes the gate, and leaves when its answer was read', async () => {
  await using upstream = await startUpstream({ '*': { body: '{"items":[{"a":1},{"a":2}]}' } })
  const { gate, events } = watchedGate()
  const http = clientFor(upstream.url, { gate })
  await http.json('x', Anything)
  await http.text('x')
  await drain(http.items('x', { at: ['items'] }))
  assert.deepEqual(events(), ['in', 'well', 'out', 'in', 'well', 'out', 'in', 'well', 'out'])
})

test('requests that are made again or follow a redirect pass one by one', async () => {
  let asked = 0
  await using upstream = await startUpstream({
    'GET /x': () => (asked++ === 0 ? { status: 503 } : { status: 302, headers: { location: '/y' } }),
    'GET /y': { body: {} }
  })
  const { gate, events } = watchedGate()
  await clientFor(upstream.url, { gate }).json('x', Anything)
  assert.deepEqual(events(), ['in', 'unreachable', 'out', 'in', 'out', 'in', 'well', 'out'])
})

test('a stream that breaks off is a failure, one that is left early is none', async () => {
  await using upstream = await startUpstream((request, response) => {
    response.writeHead(200, { 'content-length': '1000' }).write('{"items":[{"a":1},{"a":2},{"a"')
    if (request.url === '/broken') setTimeout(() => response.destroy(), 20)
  })
  const { gate, events } = watchedGate()
  const http = clientFor(upstream.url, { gate })
  await drain(http.items('broken', { at: ['items'] }))
  assert.deepEqual(events(), ['in', 'well', 'unreachable', 'out'])
  for await (const _ of http.items('open', { at: ['items'] })) break
  assert.deepEqual(events().slice(4), ['in', 'well', 'out'])
})

test('a cancelled request leaves, and reports nothing', async () => {
  await using upstream = await startUpstream(() => {})
  const { gate, events } = watchedGate()
  const cancel = new AbortController()
  const work = clientFor(upstream.url, { gate, signal: cancel.signal }).text('x')
  setTimeout(() => cancel.abort(new Error('enough')), 50)
  await assert.rejects(work, /enough/)
  assert.deepEqual(events(), ['in', 'out'])
})

test('the gate is told what the broker asks for, in seconds or by date, and what its headers say of its limit', async () => {
  const later = () => new Date(Date.now() + 30_000).toUTCString()
  await using upstream = await startUpstream({
    'GET /seconds': { status: 429, headers: { 'retry-after': '7' } },
    'GET /date': () => ({ status: 503, headers: { 'retry-after': later() } }),
    'GET /rate': { body: {}, headers: { 'x-rate-limit-limit': '20', 'x-rate-limit-remaining': '3', 'x-rate-limit-reset': '42' } }
  })
  const { gate, seen } = watchedGate()
  const http = clientFor(upstream.url, { gate, limits: { retries: 0 } })
  await brokerErrorOf(http.text('seconds'))
  await brokerErrorOf(http.text('date'))
  await http.text('rate')
  const reports = seen.filter(event => typeof event !== 'string')
  assert.equal(reports[0]?.retryAfter, 7000)
  assert.ok((reports[1]?.retryAfter ?? 0) > 20_000 && (reports[1]?.retryAfter ?? 0) <= 30_000)
  assert.deepEqual(reports[2], { error: null, retryAfter: null, rate: { remaining: 3, resetsIn: 42_000 } })
})

test('what the gate refuses is not asked, and not tried again', async () => {
  await using upstream = await startUpstream({ '*': { body: {} } })
  let asked = 0
  const refusal = new BrokerError('unreachable', 'It is left alone.')
  const gate: Gate = {
    async enter() {
      asked++
      throw refusal
    }
  }
  assert.equal(await brokerErrorOf(clientFor(upstream.url, { gate }).text('x')), refusal)
  assert.deepEqual([asked, upstream.requests.length], [1, 0])
})

test('why a request waits is told to whoever made the client', async () => {
  await using upstream = await startUpstream({ '*': { body: {} } })
  const told: string[] = []
  const gate: Gate = {
    async enter({ onWait }) {
      onWait('It takes a while.')
      return { report: () => {}, leave: () => {} }
    }
  }
  await clientFor(upstream.url, { gate, onWait: message => void told.push(message) }).text('x')
  assert.deepEqual(told, ['It takes a while.'])
})

test('limits are read from headers as brokers write them', () => {
  const epoch = Math.ceil(Date.now() / 1000) + 60
  const cases: [Record<string, string>, number | null, number?][] = [
    [{}, null],
    [{ 'x-rate-limit-remaining': '5' }, null],
    [{ 'x-rate-limit-remaining': '5', 'x-rate-limit-reset': '10' }, 5, 10_000],
    [{ 'x-rate-limit-remaining': 'Exceeded', 'x-rate-limit-reset': '10' }, 0, 10_000],
    [{ 'x-rate-limit-remaining': '-1', 'x-rate-limit-reset': '1.5' }, 0, 1500],
    [{ 'x-ratelimit-remaining': '9', 'x-ratelimit-reset': '0' }, 9, 0],
    [{ 'ratelimit-remaining': '9', 'ratelimit-reset': '30' }, 9, 30_000],
    [{ 'x-rate-limit-remaining': 'many', 'x-rate-limit-reset': '10' }, null],
    [{ 'x-rate-limit-remaining': '1', 'x-rate-limit-reset': 'tomorrow' }, null],
    [
      {
        'x-rate-limit-remaining': '7',
        'x-rate-limit-reset': '50',
        'x-cone-rate-limit-remaining': '0',
        'x-cone-rate-limit-reset': '20'
      },
      0,
      20_000
    ]
  ]
  for (const [headers, remaining, resetsIn] of cases) {
    const expected = remaining === null ? null : { remaining, resetsIn }
    assert.deepEqual(readRate(headers), expected, JSON.stringify(headers))
  }
  const inAMinute = readRate({ 'x-ratelimit-remaining': '2', 'x-ratelimit-reset': String(epoch) })
  assert.ok(inAMinute && inAMinute.resetsIn > 50_000 && inAMinute.resetsIn <= 61_000)
})
