import assert from 'node:assert/strict'
import { test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { Type } from '@sinclair/typebox'
import type { BrokerErrorKind } from '../../src/broker-kit/errors.ts'
import { brokerErrorOf, clientFor, failuresOf } from '../helpers/http-client.ts'
import { startUpstream, type UpstreamAnswer } from '../helpers/upstream.ts'

const Thing = Type.Object({ items: Type.Array(Type.Object({ oid: Type.String() })) })
const html = { 'content-type': 'text/html; charset=utf-8' }
const json = { 'content-type': 'application/json' }
const unavailable = '<html><style>b{}</style><script>alert("x")</script><h1>We are\n\n down</h1><!-- x'
const python = "{'ra': ['must be < 360'], 'html': '<b onclick=\"x\">no</b>'}"

/** What the broker answers, and the kind and words of the error that it becomes. */
const table: readonly [name: string, answer: UpstreamAnswer, kind: BrokerErrorKind, words: string][] = [
  ['401', { status: 401, body: { detail: 'Invalid token.' } }, 'unauthorized', 'answered 401: {"detail":"Invalid token."}'],
  ['403', { status: 403 }, 'unauthorized', 'answered 403'],
  ['404', { status: 404, body: 'nothing here' }, 'not-found', 'answered 404: nothing here'],
  ['400', { status: 400, body: python }, 'query-rejected', "answered 400: {'ra': ['must be < 360'], 'html': ' no '}"],
  ['410', { status: 410, body: '\u0000\u001b[31m\t' }, 'query-rejected', 'answered 410: [31m'],
  ['429', { status: 429 }, 'rate-limited', 'answered 429'],
  ['500', { status: 500, body: `${'long '.repeat(1e6)}` }, 'unreachable', `answered 500: ${'long '.repeat(60)}`],
  ['501', { status: 501 }, 'unreachable', 'answered 501'],
  ['503 with a web page', { status: 503, body: unavailable, headers: html }, 'unreachable', 'answered 503: We are down'],
  ['503 compressed', { status: 503, body: gzipSync('down'), headers: { 'content-encoding': 'gzip' } }, 'unreachable', 'answered 503: down'],
  ['304', { status: 304 }, 'bad-response', 'answered 304'],
  ['204', { status: 204 }, 'bad-response', 'answered 204 without a body'],
  ['an empty body', { body: '' }, 'bad-response', 'answered 200 without a body'],
  ['a web page', { body: '<!doctype html><p>Hi', headers: html }, 'bad-response', 'answered with a web page, not with data: Hi'],
  ['a web page called JSON', { body: '<html><p>Hi', headers: json }, 'bad-response', 'did not answer with JSON: Hi'],
  ['JSON cut before its items', { body: '{"total":1,"it' }, 'bad-response', 'sent JSON that is cut off: {"total":1,"it'],
  ['no gzip', { body: '{}', headers: { 'content-encoding': 'gzip' } }, 'bad-response', 'sent a body that cannot be decompressed'],
  [
    'cut gzip',
    { body: gzipSync('{}').subarray(0, 20), headers: { 'content-encoding': 'gzip' } },
    'bad-response',
    'sent a body that cannot be decompressed'
  ],
  ['lzw', { body: '{}', headers: { 'content-encoding': 'lzw' } }, 'bad-response', 'compressed its answer in a way that cannot be read: lzw']
]

for (const [name, answer, kind, words] of table) {
  test(`${name} is ${kind}`, async () => {
    await using upstream = await startUpstream({ 'GET /objects/': answer })
    const http = clientFor(upstream.url, { limits: { retries: 0 } })
    for (const error of await failuresOf(http, 'objects/?key=k')) {
      assert.equal(error.kind, kind)
      assert.equal(error.message, `${new URL(upstream.url).host}/objects/ ${words}`)
      assert.equal(error.upstreamStatus, answer.status ?? 200)
    }
  })
}

test('a whole answer must be proper UTF-8', async () => {
  await using upstream = await startUpstream({ '*': { body: Buffer.from('7b2261223a22c3287d', 'hex') } })
  const { kind, message } = await brokerErrorOf(clientFor(upstream.url).json('x', Type.Unknown()))
  assert.equal(kind, 'bad-response')
  assert.match(message, /did not answer in proper UTF-8: /)
})

test('a wrong shape is a bad response that says what is wrong first, and how much else', async () => {
  await using upstream = await startUpstream({
    'GET /a': { body: { items: [{ oid: 1 }, {}] } },
    'GET /null': { body: 'null' },
    'GET /number': { body: '5' }
  })
  const http = clientFor(upstream.url)
  const { kind, message } = await brokerErrorOf(http.json('a', Thing))
  assert.equal(kind, 'bad-response')
  assert.match(message, /answered in a wrong shape: \/items\/0\/oid must be a string \(and 1 more\)$/)
  for (const path of ['null', 'number']) assert.match((await brokerErrorOf(http.json(path, Thing))).message, /the answer must be an object/)
})

test('an answer larger than allowed is a bad response and is not read on', async () => {
  let sent = 0
  await using upstream = await startUpstream((_request, response) => {
    const send = () => {
      while (sent < 200e6 && !response.destroyed && response.write(Buffer.alloc(65_536, ' '))) sent += 65_536
    }
    response.on('drain', send)
    send()
  })
  for (const { kind, message } of await failuresOf(clientFor(upstream.url, { limits: { maxBytes: 1e6, maxWholeBytes: 1e6 } }))) {
    assert.equal(kind, 'bad-response')
    assert.match(message, /sent more than the 1000000 bytes that are allowed$/)
  }
  assert.ok(sent < 100e6, `${sent} bytes were sent`)
})

test('a small answer that grows without end when it is decompressed is a bad response', async () => {
  const bomb = gzipSync(gzipSync(Buffer.alloc(200e6, ' ')))
  await using upstream = await startUpstream({ '*': { body: bomb, headers: { 'content-encoding': 'gzip, gzip' } } })
  for (const { kind, message } of await failuresOf(clientFor(upstream.url, { limits: { maxBytes: 1e6, maxWholeBytes: 1e6 } }))) {
    assert.equal(kind, 'bad-response')
    assert.match(message, /sent more than the 1000000 bytes that are allowed$/)
  }
})
