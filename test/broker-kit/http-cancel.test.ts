import assert from 'node:assert/strict'
import { once } from 'node:events'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { Type } from '@sinclair/typebox'
import type { HttpClient } from '../../src/broker-kit/http-client.ts'
import { clientFor } from '../helpers/http-client.ts'
import { startUpstream, type UpstreamHandler } from '../helpers/upstream.ts'

const reason = new Error('the run was cancelled')
const patient = { requestTimeout: 30_000, totalTime: 60_000, firstPause: 20_000, maxRetryAfter: 60_000, retries: 3 }

const askers: Readonly<Record<string, (http: HttpClient) => Promise<unknown>>> = {
  json: http => http.json('x', Type.Object({})),
  text: http => http.text('x'),
  items: http => Array.fromAsync(http.items('x', { at: ['items'] }))
}

const waits: Readonly<Record<string, UpstreamHandler>> = {
  'the headers': () => {},
  'the body': (_request, response) => void response.write('{"items":['),
  'the body of an error': (_request, response) => void response.writeHead(500).write('x'),
  'the pause before a retry': (_request, response) => void response.writeHead(503).end(),
  'a Retry-After': (_request, response) => void response.writeHead(429, { 'retry-after': '30' }).end()
}

for (const [asker, ask] of Object.entries(askers)) {
  test(`${asker}: an already cancelled client makes no request`, async () => {
    await using upstream = await startUpstream({ '*': { body: {} } })
    await assert.rejects(ask(clientFor(upstream.url, { signal: AbortSignal.abort(reason) })), reason)
    assert.equal(upstream.requests.length, 0)
  })

  for (const [wait, handler] of Object.entries(waits)) {
    test(`${asker}: cancelling ends the wait for ${wait} at once, with its reason`, async () => {
      const asked = Promise.withResolvers<void>()
      await using upstream = await startUpstream((...exchange) => {
        asked.resolve()
        return handler(...exchange)
      })
      const controller = new AbortController()
      const work = ask(clientFor(upstream.url, { signal: controller.signal, limits: patient }))
      await Promise.race([asked.promise, work])
      await sleep(30)
      const cancelled = performance.now()
      controller.abort(reason)
      await assert.rejects(work, reason)
      assert.ok(performance.now() - cancelled < 2_000)
      assert.equal(upstream.requests.length, 1)
    })
  }
}

test('no item is yielded after cancelling, and the answer is given up', async () => {
  const closed = Promise.withResolvers<void>()
  await using upstream = await startUpstream((_request, response) => {
    response.on('close', closed.resolve)
    response.write('{"items":[{"a":1},{"a":2},{"a":3}')
  })
  const controller = new AbortController()
  const taken: unknown[] = []
  await assert.rejects(async () => {
    for await (const item of clientFor(upstream.url, { signal: controller.signal, limits: patient }).items('x', { at: ['items'] })) {
      taken.push(item)
      controller.abort(reason)
    }
  }, reason)
  assert.deepEqual(taken, [{ a: 1 }])
  await closed.promise
})

test('leaving the loop gives up the answer at once', async () => {
  const closed = Promise.withResolvers<void>()
  await using upstream = await startUpstream((_request, response) => {
    response.on('close', closed.resolve)
    response.write('{"items":[{"a":1},')
  })
  for await (const item of clientFor(upstream.url, { limits: patient }).items('x', { at: ['items'] })) {
    assert.deepEqual(item, { a: 1 })
    break
  }
  await closed.promise
})

test('return() ends a read that is under way', async () => {
  await using upstream = await startUpstream((_request, response) => void response.write('{"items":[{"a":1},'))
  const iterator = clientFor(upstream.url, { limits: patient })
    .items('x', { at: ['items'] })
    [Symbol.asyncIterator]()
  await iterator.next()
  const pending = iterator.next()
  await sleep(20)
  await iterator.return?.()
  assert.deepEqual(await pending, { done: true, value: undefined })
})

test('an answer is read only as fast as its items are taken', async () => {
  let sent = 0
  const item = JSON.stringify({ a: 'x'.repeat(2_000) })
  await using upstream = await startUpstream(async (_request, response) => {
    response.write('{"items":[')
    for (; sent < 50e6 && !response.destroyed; sent += item.length) {
      if (!response.write(`${item},`)) await Promise.race([once(response, 'drain'), once(response, 'close')])
    }
  })
  for await (const _ of clientFor(upstream.url, { limits: patient }).items('x', { at: ['items'] })) {
    await sleep(300)
    break
  }
  assert.ok(sent < 20e6, `${sent} bytes were sent for one item`)
})

test('the time that the reader takes does not count', async () => {
  await using upstream = await startUpstream({ '*': { body: { items: [1, 2, 3, 4].map(a => ({ a })) } } })
  const items: unknown[] = []
  for await (const item of clientFor(upstream.url, { limits: { requestTimeout: 1_500, totalTime: 1_500 } }).items('x', { at: ['items'] })) {
    items.push(item)
    await sleep(500)
  }
  assert.equal(items.length, 4)
})

test('a signal is let go of when a request is over', async () => {
  await using upstream = await startUpstream({ '*': { body: { items: [{ a: 1 }] } } })
  const { signal } = new AbortController()
  let listeners = 0
  const add = signal.addEventListener.bind(signal)
  const remove = signal.removeEventListener.bind(signal)
  signal.addEventListener = (...parameters: Parameters<typeof add>) => {
    listeners++
    add(...parameters)
  }
  signal.removeEventListener = (...parameters: Parameters<typeof remove>) => {
    listeners--
    remove(...parameters)
  }
  const http = clientFor(upstream.url, { signal })
  for (const ask of Object.values(askers)) await ask(http)
  for await (const _ of http.items('x', { at: ['items'] })) break
  assert.equal(listeners, 0)
})
