import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { isBrokerError } from '../../src/broker-kit/errors.ts'
import { clientFor, drain } from '../helpers/http-client.ts'
import { startUpstream } from '../helpers/upstream.ts'

describe('an answer that is read as a whole', () => {
  /** Sends so many items of three in each answer, and breaks off; the last answer is sent for ever. */
  const sending = (...counts: number[]) => {
    const items = ['{"a":1}', '{"a":2}', '{"a":3}']
    let asked = 0
    return startUpstream((_request, response) => {
      const count = counts[Math.min(asked++, counts.length - 1)] ?? 0
      const body = `{"items":[${items.slice(0, count).join()}`
      if (count === items.length) return void response.end(`${body}]}`)
      response.writeHead(200, { 'content-length': 1000 }).write(body, () => setTimeout(() => response.destroy(), 10))
    })
  }
  const whole = { at: ['items'], whole: true }

  test('is asked for again until all of it came', async () => {
    await using upstream = await sending(2, 1, 3)
    const stream = clientFor(upstream.url).items('x', whole)
    assert.deepEqual(await drain(stream), { items: [{ a: 1 }, { a: 2 }, { a: 3 }], error: null })
    assert.deepEqual([stream.envelope(), upstream.requests.length], [{ items: [] }, 3])
  })

  test('gives the most that came before it fails', async () => {
    await using upstream = await sending(1, 2, 0)
    const stream = clientFor(upstream.url).items('x', whole)
    const { items, error } = await drain(stream)
    assert.deepEqual([items, upstream.requests.length], [[{ a: 1 }, { a: 2 }], 3])
    assert.ok(isBrokerError(error) && error.kind === 'unreachable')
    assert.throws(() => stream.envelope(), /known once the last of them was read/)
  })

  test('is not asked for again when it is too large to be held, and gives what fitted', async () => {
    await using upstream = await startUpstream((_request, response) => {
      response.write('{"items":[{"a":1},', () => setTimeout(() => response.end('{"a":2},{"a":3}]}'), 20))
    })
    const { items, error } = await drain(clientFor(upstream.url, { limits: { maxPageBytes: 25 } }).items('x', whole))
    assert.deepEqual([items, upstream.requests.length], [[{ a: 1 }], 1])
    assert.ok(isBrokerError(error) && /more than the 25 bytes/.test(error.message))
  })

  test('gives nothing more once it is cancelled', async () => {
    await using upstream = await sending(3)
    const run = new AbortController()
    const items = clientFor(upstream.url, { signal: run.signal }).items('x', whole)[Symbol.asyncIterator]()
    assert.deepEqual((await items.next()).value, { a: 1 })
    run.abort(new Error('cancelled'))
    await assert.rejects(async () => items.next(), /cancelled/)
  })

  test('ends at once when the run is cancelled while it is read', async () => {
    const run = new AbortController()
    await using upstream = await startUpstream((_request, response) => {
      response.write('{"items":[{"a":1},', () => setTimeout(() => run.abort(new Error('cancelled')), 20))
    })
    const { items, error } = await drain(clientFor(upstream.url, { signal: run.signal }).items('x', whole))
    assert.deepEqual([items, String(error)], [[], 'Error: cancelled'])
  })
})
