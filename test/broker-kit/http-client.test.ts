import assert from 'node:assert/strict'
import { test } from 'node:test'
import { brotliCompressSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib'
import { Type } from '@sinclair/typebox'
import { BrokerError } from '../../src/broker-kit/errors.ts'
import { sourceOf } from '../../src/broker-kit/source.ts'
import { brokerErrorOf, clientFor, drain } from '../helpers/http-client.ts'
import { startUpstream } from '../helpers/upstream.ts'

const Thing = Type.Object({ oid: Type.String() })

test('a whole answer is read without loss and remembers its text', async () => {
  const text = '{ "oid": 170587116732416143, "mag": NaN }'
  await using upstream = await startUpstream({ 'GET /api/objects/1': { body: text } })
  const value = await clientFor(`${upstream.url}api/`).json('objects/1', Thing)
  assert.deepEqual(value, { oid: '170587116732416143', mag: null })
  assert.deepEqual(sourceOf(value)?.text, text)
  assert.equal(upstream.requests[0]?.headers.accept, 'application/json')
})

test('text is read as it is, with U+FFFD for what is no UTF-8', async () => {
  await using upstream = await startUpstream({
    'GET /a.csv': { body: Buffer.from([0x61, 0x2c, 0xff, 0x0a]) },
    'GET /empty': { status: 204 }
  })
  const http = clientFor(upstream.url)
  assert.equal(await http.text('a.csv'), 'a,\ufffd\n')
  assert.equal(await http.text('empty'), '')
})

test('query fields are added to those of the path; arrays repeat, undefined leaves out', async () => {
  await using upstream = await startUpstream({ '*': { body: {} } })
  const http = clientFor(upstream.url)
  await http.text('objects/?page=2&a=1', { query: { a: 'x y&z', ndet: [1, 5], none: undefined, count: false, ra: 0 } })
  assert.equal(upstream.requests[0]?.url, '/objects/?page=2&a=x+y%26z&ndet=1&ndet=5&count=false&ra=0')
})

test('a JSON body or a form makes a POST, with the headers of the request', async () => {
  await using upstream = await startUpstream({ '*': { body: {} } })
  const http = clientFor(upstream.url)
  await http.text('cone', { json: { ra: 0 }, headers: { Authorization: 'Token abc' } })
  await http.text('cone', { form: { ra: 0, name: ['a&b', 'c'], none: undefined } })
  const [json, form] = upstream.requests
  assert.deepEqual(
    [json?.method, json?.headers['content-type'], json?.headers.authorization, json?.body],
    ['POST', 'application/json', 'Token abc', '{"ra":0}']
  )
  assert.deepEqual(
    [form?.method, form?.headers['content-type'], form?.body],
    ['POST', 'application/x-www-form-urlencoded', 'ra=0&name=a%26b&name=c']
  )
})

test('a URL that leaves the broker is refused and never asked', async () => {
  await using upstream = await startUpstream({ '*': { body: {} } })
  await using other = await startUpstream({ '*': { body: {} } })
  const http = clientFor(upstream.url)
  for (const path of [other.url, '//elsewhere.example/x', 'ftp://127.0.0.1/', 'file:///etc/passwd', '\\\\elsewhere.example', 'http://']) {
    const { kind } = await brokerErrorOf(http.text(path))
    assert.equal(kind, 'query-rejected', path)
    const { error } = await drain(http.items(path))
    assert.equal(error instanceof BrokerError && error.kind, 'query-rejected', path)
  }
  assert.deepEqual([upstream.requests.length, other.requests.length], [0, 0])
})

test('a link to the broker itself may be absolute, without its credentials', async () => {
  await using upstream = await startUpstream({ 'GET /next': { body: 'here' } })
  assert.equal(await clientFor(`${upstream.url}api/v1/`).text(upstream.url.replace('://', '://user:secret@').concat('next#part')), 'here')
  assert.equal(upstream.requests[0]?.headers.authorization, undefined)
})

test('compressed answers are read, whatever the compression', async () => {
  const body = '{"oid":"x"}'
  await using upstream = await startUpstream({
    'GET /gzip': { body: gzipSync(body), headers: { 'content-encoding': 'gzip' } },
    'GET /deflate': { body: deflateSync(body), headers: { 'content-encoding': 'deflate' } },
    'GET /br': { body: brotliCompressSync(body), headers: { 'content-encoding': 'br' } },
    'GET /zstd': { body: zstdCompressSync(body), headers: { 'content-encoding': 'zstd' } },
    'GET /twice': { body: gzipSync(brotliCompressSync(body)), headers: { 'content-encoding': 'br, GZIP' } },
    'GET /plain': { body, headers: { 'content-encoding': 'identity' } }
  })
  for (const path of ['gzip', 'deflate', 'br', 'zstd', 'twice', 'plain']) {
    assert.deepEqual(await clientFor(upstream.url).json(path, Thing), { oid: 'x' }, path)
  }
})

test('an error that the module finds inside the answer is thrown before the shape is looked at', async () => {
  await using upstream = await startUpstream({ 'GET /x': { body: { id_code: 404 } } })
  const inBandError = (body: unknown) => (Object(body).id_code === 404 ? new BrokerError('not-found', 'no such object') : undefined)
  const { kind, message } = await brokerErrorOf(clientFor(upstream.url).json('x', Thing, { inBandError }))
  assert.deepEqual([kind, message], ['not-found', 'no such object'])
})

test('connections are used again', async () => {
  const ports = new Set<number | undefined>()
  await using upstream = await startUpstream((request, response) => {
    ports.add(request.socket.remotePort)
    response.end('{"items":[{"a":1}]}')
  })
  const http = clientFor(upstream.url)
  for (let round = 0; round < 5; round++) {
    await http.text('x')
    await drain(http.items('x', { at: ['items'] }))
  }
  assert.ok(ports.size < 5, `${ports.size} connections for 10 requests`)
})
