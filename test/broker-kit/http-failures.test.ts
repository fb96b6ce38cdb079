import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer as createTcpServer } from 'node:net'
import { test } from 'node:test'
import type { BrokerErrorKind } from '../../src/broker-kit/errors.ts'
import { brokerErrorOf, clientFor, failuresOf } from '../helpers/http-client.ts'
import { startUpstream, type UpstreamHandler } from '../helpers/upstream.ts'

interface Expected {
  readonly kind: BrokerErrorKind
  readonly says: RegExp
  readonly status: number | null
}

async function assertFails(url: string, { kind, says, status }: Expected): Promise<void> {
  for (const error of await failuresOf(clientFor(url, { limits: { retries: 0, requestTimeout: 500 } }), 'objects/?key=k')) {
    assert.equal(error.kind, kind, error.message)
    assert.ok(error.message.startsWith(`${new URL(url).host}/objects/ `), error.message)
    assert.match(error.message, says)
    assert.equal(error.upstreamStatus, status)
  }
}

const table: readonly [name: string, handler: UpstreamHandler, expected: Expected][] = [
  [
    'a reset before the answer',
    (_request, response) => void response.destroy(),
    { kind: 'unreachable', says: /broke the connection/, status: null }
  ],
  [
    'a reset in the middle of the body',
    (_request, response) => {
      response.writeHead(200, { 'content-length': '1000' })
      response.write('{"items":[')
      setTimeout(() => response.destroy(), 20)
    },
    { kind: 'unreachable', says: /broke the connection/, status: 200 }
  ],
  ['silence before the headers', () => {}, { kind: 'unreachable', says: /did not send anything for 0.5 s$/, status: null }],
  [
    'silence after the headers',
    (_request, response) => void response.write('{"items":['),
    { kind: 'unreachable', says: /did not send anything for 0.5 s$/, status: 200 }
  ],
  [
    'silence in the body of an error',
    (_request, response) => void response.writeHead(500).write('half a sen'),
    { kind: 'unreachable', says: /answered 500: half a sen$/, status: 500 }
  ]
]

for (const [name, handler, expected] of table) {
  test(`${name} is ${expected.kind}`, async () => {
    await using upstream = await startUpstream(handler)
    await assertFails(upstream.url, expected)
  })
}

test('a refused connection is unreachable', async () => {
  const upstream = await startUpstream({})
  await upstream.close()
  await assertFails(upstream.url, { kind: 'unreachable', says: /refused the connection$/, status: null })
})

test('a name that does not resolve is unreachable', async () => {
  const http = clientFor('http://broker.invalid/', { limits: { retries: 0 } })
  const { kind, message } = await brokerErrorOf(http.text('objects/'))
  assert.equal(kind, 'unreachable')
  assert.match(message, /^broker\.invalid\/objects\/ has no address: its name cannot be resolved/)
})

test('what speaks no HTTP is a bad response', async () => {
  const server = createTcpServer(socket => socket.on('error', () => {}).end('SSH-2.0-OpenSSH_9.2\r\n')).listen(0, '127.0.0.1')
  await once(server, 'listening')
  try {
    const address = server.address()
    assert.ok(address && typeof address === 'object')
    await assertFails(`http://127.0.0.1:${address.port}/`, {
      kind: 'bad-response',
      says: /does not answer with proper HTTP$/,
      status: null
    })
  } finally {
    server.close()
  }
})

test('a plain port where TLS is expected is unreachable', async () => {
  await using upstream = await startUpstream({})
  await assertFails(upstream.url.replace('http:', 'https:'), { kind: 'unreachable', says: /broke the connection/, status: null })
})

test('an answer that trickles for ever ends when its time is over', async () => {
  await using upstream = await startUpstream((_request, response) => {
    const timer = setInterval(() => response.write(' '), 20)
    response.on('close', () => clearInterval(timer))
  })
  for (const { kind, message } of await failuresOf(clientFor(upstream.url, { limits: { totalTime: 300, retries: 5 } }))) {
    assert.equal(kind, 'unreachable')
    assert.match(message, /took too long in all$/)
  }
})

test('a header that cannot be sent is a rejected query, without its value', async () => {
  await using upstream = await startUpstream({})
  const { kind, message } = await brokerErrorOf(clientFor(upstream.url).text('x', { headers: { authorization: 'Token a\nb' } }))
  assert.equal(kind, 'query-rejected')
  assert.match(message, /cannot be asked like this: invalid authorization header$/)
  assert.equal(upstream.requests.length, 0)
})
