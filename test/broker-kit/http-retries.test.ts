import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Type } from '@sinclair/typebox'
import { BrokerError } from '../../src/broker-kit/errors.ts'
import { brokerErrorOf, clientFor, drain } from '../helpers/http-client.ts'
import { startUpstream, type Upstream, type UpstreamAnswer } from '../helpers/upstream.ts'

const Anything = Type.Object({})
const good: UpstreamAnswer = { body: '{"items":[{"a":1}]}' }

/** A stand-in that gives one answer after the other, and then the last one for ever. */
function answering(...answers: UpstreamAnswer[]): Promise<Upstream> {
  let asked = 0
  return startUpstream({ '*': () => answers[Math.min(asked++, answers.length - 1)] ?? good })
}

const askers = {
  json: (url: string, limits = {}) => clientFor(url, { limits }).json('x', Anything),
  items: async (url: string, limits = {}) => {
    const { items, error } = await drain(clientFor(url, { limits }).items('x', { at: ['items'] }))
    if (error) throw error
    return { items }
  }
}

for (const [name, ask] of Object.entries(askers)) {
  for (const status of [429, 500, 502, 503, 504]) {
    test(`${name}: ${status} is asked again until it succeeds`, async () => {
      await using upstream = await answering({ status }, { status }, good)
      assert.deepEqual(await ask(upstream.url), { items: [{ a: 1 }] })
      assert.equal(upstream.requests.length, 3)
    })
  }

  test(`${name}: retries come to an end`, async () => {
    await using upstream = await answering({ status: 503 })
    assert.equal((await brokerErrorOf(ask(upstream.url))).kind, 'unreachable')
    assert.equal(upstream.requests.length, 3)
  })

  test(`${name}: a connection that breaks is made again, also in the middle of the body`, async () => {
    let asked = 0
    await using upstream = await startUpstream((_request, response) => {
      asked++
      if (asked === 1) return void response.destroy()
      if (asked === 3) return void response.end('{"items":[{"a":1}]}')
      response.writeHead(200, { 'content-length': '1000' }).write('{"items":[')
      setTimeout(() => response.destroy(), 10)
    })
    assert.deepEqual(await ask(upstream.url), { items: [{ a: 1 }] })
    assert.equal(asked, 3)
  })

  test(`${name}: silence is asked again`, async () => {
    await using upstream = await answering({ delay: 5_000 }, good)
    assert.deepEqual(await ask(upstream.url, { requestTimeout: 1_000 }), { items: [{ a: 1 }] })
    assert.equal(upstream.requests.length, 2)
  })

  for (const answer of [{ status: 400 }, { status: 401 }, { status: 404 }, { status: 501 }, { body: 'no JSON' }, { body: '{"items":5}' }]) {
    test(`${name}: ${JSON.stringify(answer)} is not asked again`, async () => {
      await using upstream = await answering(answer)
      if (answer.body === '{"items":5}' && name === 'json') return void (await ask(upstream.url))
      await brokerErrorOf(ask(upstream.url))
      assert.equal(upstream.requests.length, 1)
    })
  }
}

test('a POST that acts is sent once; one that only asks is sent again, with its body', async () => {
  await using upstream = await answering({ status: 503 })
  const http = clientFor(upstream.url)
  await brokerErrorOf(http.text('x', { json: { a: 1 } }))
  assert.equal(upstream.requests.length, 1)
  await brokerErrorOf(http.text('x', { form: { a: 1 }, idempotent: true }))
  assert.deepEqual(
    upstream.requests.slice(1).map(({ method, body }) => [method, body]),
    Array(3).fill(['POST', 'a=1'])
  )
})

for (const [name, retryAfter] of [
  ['in seconds', () => '1'],
  ['as a date', () => new Date(Date.now() + 1_900).toUTCString()]
] as const) {
  test(`a Retry-After ${name} is waited for`, async () => {
    const times: number[] = []
    await using upstream = await startUpstream({
      '*': () => {
        times.push(performance.now())
        return times.length === 1 ? { status: 429, headers: { 'retry-after': retryAfter() } } : good
      }
    })
    await clientFor(upstream.url).json('x', Anything)
    assert.equal(times.length, 2)
    assert.ok((times[1] ?? 0) - (times[0] ?? 0) > 800)
  })
}

test('a date that has passed and a Retry-After that says nothing do not stop the retries', async () => {
  for (const retryAfter of ['Wed, 21 Oct 2015 07:28:00 GMT', '0', 'soon', '-5']) {
    await using upstream = await answering({ status: 503, headers: { 'retry-after': retryAfter } }, good)
    await clientFor(upstream.url).json('x', Anything)
    assert.equal(upstream.requests.length, 2, retryAfter)
  }
})

test('a Retry-After beyond reason ends the request at once', async () => {
  for (const [status, kind] of [
    [429, 'rate-limited'],
    [503, 'unreachable']
  ] as const) {
    for (const retryAfter of ['86400', '99999999999999999999', new Date(Date.now() + 1e9).toUTCString()]) {
      await using upstream = await answering({ status, headers: { 'retry-after': retryAfter } })
      const error = await brokerErrorOf(clientFor(upstream.url).json('x', Anything))
      assert.equal(error.kind, kind)
      assert.equal(error.retryable, true)
      assert.match(error.message, /asks to come back in \d/)
      assert.equal(upstream.requests.length, 1)
    }
  }
})

test('an error inside the answer is asked again when the module calls it retryable', async () => {
  await using upstream = await answering({ body: { busy: true } }, good)
  const inBandError = (body: unknown) => (Object(body).busy ? new BrokerError('rate-limited', 'busy') : undefined)
  assert.deepEqual(await clientFor(upstream.url).json('x', Anything, { inBandError }), { items: [{ a: 1 }] })
})

test('nothing is asked again once items were yielded', async () => {
  await using upstream = await startUpstream((_request, response) => {
    response.writeHead(200, { 'content-length': '1000' }).write('{"items":[{"a":1},{"a":2},{"a"')
    setTimeout(() => response.destroy(), 20)
  })
  const { items, error } = await drain(clientFor(upstream.url).items('x', { at: ['items'] }))
  assert.deepEqual(items, [{ a: 1 }, { a: 2 }])
  assert.equal(error instanceof BrokerError && error.kind, 'unreachable')
  assert.equal(upstream.requests.length, 1)
})

test('retries are told to the log, without secrets', async () => {
  const told: string[] = []
  const note = (fields: object, message: string) => void told.push(`${JSON.stringify(fields)} ${message}`)
  await using upstream = await answering({ status: 503, body: 'no hunter2 today' }, good)
  await clientFor(upstream.url, { log: { debug: note, info: note, warn: note }, secrets: ['hunter2'] }).json('x', Anything)
  assert.equal(told.length, 1)
  assert.match(told[0] ?? '', /answered 503: no \*\*\* today.*asking a broker again/)
})
