import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { type FastifyInstance, fastify } from 'fastify'
import { type Database, openDatabase } from '../../src/database.ts'
import { requireToken } from '../../src/http/auth.ts'
import { layFoundation } from '../../src/http/foundation.ts'
import { idempotently, sendAnswer } from '../../src/http/idempotency.ts'
import { conflict } from '../../src/http/problems.ts'
import { createTestDatabase, silent, type TestDatabase } from '../helpers/database.ts'

const tokens = ['alice', 'bob'].map(name => ({ name, secret: `${name}-has-a-long-secret` }))

describe('a POST with an Idempotency-Key', () => {
  let home: TestDatabase
  let database: Database
  let app: FastifyInstance
  let effects = 0
  let gate: Promise<void> = Promise.resolve()
  let started = () => {}
  let failure: unknown

  before(async () => {
    home = await createTestDatabase()
    database = await openDatabase({ url: home.url, log: silent })
    app = fastify()
    layFoundation(app)
    requireToken(app, tokens)
    for (const path of ['/things', '/other-things']) {
      app.post(path, async (request, reply) =>
        sendAnswer(
          reply,
          await idempotently({
            request,
            database,
            effect: async tx => {
              effects += 1
              await tx.outbox.create({ data: { id: crypto.randomUUID(), topic: 'effect', payload: {} } })
              started()
              await gate
              if (failure !== undefined) throw failure
              return {
                status: 201,
                body: { number: effects, sent: request.body ?? null },
                headers: { Location: `/things/${effects}`, ETag: '"v1"' }
              }
            }
          })
        )
      )
    }
    await app.ready()
  })
  after(async () => {
    await app.close()
    await database.close()
    await home.drop()
  })

  const post = (
    key: string | undefined,
    { body = { a: 1 }, path = '/things', caller = 'alice' }: { body?: unknown; path?: string; caller?: string } = {}
  ) =>
    app.inject({
      method: 'POST',
      url: path,
      payload: JSON.stringify(body),
      headers: {
        authorization: `Bearer ${caller}-has-a-long-secret`,
        'content-type': 'application/json',
        ...(key !== undefined && { 'idempotency-key': key })
      }
    })

  it('does its work once, and answers the same every time: status, headers and body', async () => {
    const first = await post('same')
    const again = await post('same')
    assert.equal(first.statusCode, 201)
    assert.equal(again.statusCode, 201)
    assert.equal(again.payload, first.payload)
    for (const name of ['location', 'etag', 'content-type']) assert.equal(again.headers[name], first.headers[name])
  })

  it('does its work every time without one', async () => {
    const first = await post(undefined)
    const again = await post(undefined)
    assert.notEqual(again.payload, first.payload)
  })

  it('takes a body whose members come in another order for the same', async () => {
    const first = await post('order', { body: { a: 1, b: { c: [1, 2], d: null } } })
    assert.equal((await post('order', { body: { b: { d: null, c: [1, 2] }, a: 1 } })).payload, first.payload)
  })

  it('is 422 with another body, or other query parameters', async () => {
    await post('other')
    for (const changed of [{ body: { a: 2 } }, { body: { a: '1' } }, { body: [1] }, { path: '/things?x=1' }]) {
      const answer = await post('other', changed)
      assert.equal(answer.statusCode, 422)
      assert.equal(answer.json().type, '/problems/idempotency-key-reused')
    }
  })

  it('is another request for another caller, and at another path', async () => {
    const answers = [await post('scope'), await post('scope', { caller: 'bob' }), await post('scope', { path: '/other-things' })]
    assert.equal(new Set(answers.map(({ payload }) => payload)).size, 3)
  })

  it('is 409 while it is being served, and never runs twice at once', async () => {
    const { promise, resolve } = Promise.withResolvers<void>()
    const running = new Promise<void>(begin => {
      started = begin
    })
    gate = promise
    const before = effects
    const first = post('flight')
    await running
    const second = await post('flight')
    assert.equal(second.statusCode, 409)
    assert.equal(second.json().type, '/problems/request-in-progress')
    assert.equal(second.headers['retry-after'], '1')
    resolve()
    assert.equal((await first).statusCode, 201)
    gate = Promise.resolve()
    assert.equal((await post('flight')).payload, (await first).payload)
    assert.equal(effects, before + 1)
  })

  it('leaves nothing behind when it fails, so that it can be repeated', async () => {
    const stored = () => Promise.all([database.prisma.outbox.count(), database.prisma.idempotencyKey.count()])
    const before = await stored()
    for (const [error, status] of [
      [conflict('Not now.'), 409],
      [new Error('bang'), 500]
    ] as const) {
      failure = error
      assert.equal((await post('failing')).statusCode, status)
      assert.deepEqual(await stored(), before)
    }
    failure = undefined
    assert.equal((await post('failing')).statusCode, 201)
  })

  it('forgets after 24 h', async () => {
    const first = await post('old')
    await database.pool.query(`UPDATE "IdempotencyKey" SET "createdAt" = now() - interval '23 hours 59 minutes' WHERE key = 'old'`)
    assert.equal((await post('old')).payload, first.payload)
    await database.pool.query(`UPDATE "IdempotencyKey" SET "createdAt" = now() - interval '24 hours 1 minute'`)
    assert.notEqual((await post('old', { body: { a: 9 } })).payload, first.payload)
    assert.equal(await database.prisma.idempotencyKey.count(), 1)
  })

  it('survives many at once: one key, one effect', async () => {
    const before = effects
    const answers = await Promise.all(Array.from({ length: 40 }, () => post('crowd')))
    assert.equal(effects, before + 1)
    assert.ok(answers.every(({ statusCode }) => statusCode === 201 || statusCode === 409))
    assert.equal(new Set(answers.filter(({ statusCode }) => statusCode === 201).map(({ payload }) => payload)).size, 1)
  })
})
