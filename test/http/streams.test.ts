import assert from 'node:assert/strict'
import { once } from 'node:events'
import { request } from 'node:http'
import { describe, it } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { type FastifyInstance, type FastifyReply, fastify } from 'fastify'
import { clientSignal } from '../../src/http/client-gone.ts'
import { sendNdjson } from '../../src/http/ndjson.ts'

/** Serves one POST route on a free port. */
async function serve(handler: (reply: FastifyReply) => unknown): Promise<{ app: FastifyInstance; url: string }> {
  const app = fastify()
  app.post('/', (_, reply) => handler(reply))
  return { app, url: await app.listen({ port: 0, host: '127.0.0.1' }) }
}

/** Posts a body big enough to come in several pieces. */
function post(url: string) {
  const sent = request(url, { method: 'POST', headers: { 'content-type': 'application/json' } })
  sent.on('error', () => {})
  sent.end(JSON.stringify('x'.repeat(200_000)))
  return sent
}

async function* lines(count: number): AsyncGenerator<string> {
  for (let index = 0; index < count; index += 1) yield JSON.stringify({ index })
}

describe('the signal of a client', () => {
  it('stays quiet for a client that waits for its answer to a POST', async () => {
    const { promise: signal, resolve } = Promise.withResolvers<AbortSignal>()
    const { app, url } = await serve(async reply => {
      resolve(clientSignal(reply))
      await sleep(100)
      return 'done'
    })
    const [answer] = await once(post(url), 'response')
    for await (const _ of answer);
    await app.close()
    assert.equal((await signal).aborted, false)
  })

  it('fires when the client hangs up', async () => {
    const { promise: signal, resolve } = Promise.withResolvers<AbortSignal>()
    const { app, url } = await serve(async reply => {
      const gone = clientSignal(reply)
      resolve(gone)
      await once(gone, 'abort')
      return 'too late'
    })
    const sent = post(url)
    const gone = await signal
    sent.destroy()
    if (!gone.aborted) await once(gone, 'abort')
    assert.match(String(gone.reason), /hung up/)
    await app.close()
  })
})

describe('a stream of lines', () => {
  it('arrives whole, as newline-delimited JSON', async () => {
    const { app, url } = await serve(reply => sendNdjson(reply, lines(10_000)))
    const answer = await fetch(url, { method: 'POST' })
    assert.equal(answer.headers.get('content-type'), 'application/x-ndjson')
    const received = (await answer.text()).split('\n')
    assert.equal(received.pop(), '')
    assert.deepEqual(
      received,
      Array.from({ length: 10_000 }, (_, index) => JSON.stringify({ index }))
    )
    await app.close()
  })

  it('is empty when there is nothing', async () => {
    const { app, url } = await serve(reply => sendNdjson(reply, lines(0)))
    assert.equal(await (await fetch(url, { method: 'POST' })).text(), '')
    await app.close()
  })

  it('never keeps a line back until the next one is there', async () => {
    const { promise: gate, resolve: open } = Promise.withResolvers<void>()
    const { app, url } = await serve(reply =>
      sendNdjson(
        reply,
        (async function* () {
          yield 'first'
          await gate
          yield 'second'
        })()
      )
    )
    const [answer] = await once(post(url), 'response')
    const [chunk] = await once(answer, 'data')
    assert.equal(String(chunk), 'first\n')
    open()
    assert.equal(String((await once(answer, 'data'))[0]), 'second\n')
    await app.close()
  })

  it('is made no faster than the client reads it', async () => {
    let made = 0
    const { app, url } = await serve(reply =>
      sendNdjson(
        reply,
        (async function* () {
          for (; made < 1_000_000; made += 1) yield 'x'.repeat(1000)
        })()
      )
    )
    const sent = post(url)
    await once(sent, 'response')
    let before = -1
    while (made !== before) {
      before = made
      await sleep(200)
    }
    assert.ok(made < 100_000, `${made} lines were made for a client that read none`)
    sent.destroy()
    await app.close()
  })

  it('ends its source when the client hangs up', async () => {
    const { promise: ended, resolve: end } = Promise.withResolvers<string>()
    const { app, url } = await serve(reply => {
      const gone = clientSignal(reply)
      return sendNdjson(
        reply,
        (async function* () {
          try {
            yield 'first'
            await once(gone, 'abort')
          } finally {
            end('ended')
          }
        })()
      )
    })
    const sent = post(url)
    const [answer] = await once(sent, 'response')
    await once(answer, 'data')
    sent.destroy()
    assert.equal(await ended, 'ended')
    await app.close()
  })

  it('breaks off when its source fails, so that the client knows', async () => {
    const { app, url } = await serve(reply =>
      sendNdjson(
        reply,
        (async function* () {
          yield 'first'
          await sleep(10)
          throw new Error('the source broke')
        })()
      )
    )
    await assert.rejects(async () => (await fetch(url, { method: 'POST' })).text())
    await app.close()
  })
})
