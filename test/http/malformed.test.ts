import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { after, before, describe, it, type TestContext } from 'node:test'
import { answerClientErrors } from '../../src/http/client-errors.ts'
import { type Service, startService } from '../helpers/service.ts'

/** Sends bytes as they are and reads until the connection is closed. */
async function send(port: number, bytes: string) {
  const socket = connect(port, '127.0.0.1')
  socket.write(bytes)
  const answer = await text(socket)
  const [head = '', body = ''] = answer.split('\r\n\r\n')
  return { answer, head, status: Number(/^HTTP\/1.1 (\d+) /.exec(head)?.[1]), body }
}

function assertProblem({ head, body, status }: Awaited<ReturnType<typeof send>>, expected: { status: number; title: string }) {
  assert.equal(status, expected.status)
  assert.match(head, /^content-type: application\/problem\+json$/im)
  assert.match(head, /^connection: close$/im)
  const problem = JSON.parse(body)
  assert.deepEqual(Object.keys(problem), ['type', 'title', 'status', 'detail', 'requestId'])
  assert.deepEqual([problem.status, problem.title], [expected.status, expected.title])
  assert.ok(head.includes(`X-Request-Id: ${problem.requestId}`))
}

describe('what never becomes a request', () => {
  let service: Service
  let port: number
  before(async () => {
    service = await startService()
    port = Number(new URL(service.url).port)
  })
  after(() => service.close())

  it('is answered with a problem when it is no HTTP, and the connection is closed', async () => {
    const malformed = ['GARBAGE\r\n\r\n', 'GET /livez HTTP/9.9\r\n\r\n', 'GET /livez HTTP/1.1\r\nHost: x\r\nBad Header: x\r\n\r\n']
    for (const bytes of malformed) assertProblem(await send(port, bytes), { status: 400, title: 'Bad Request' })
    assert.equal((await service.get('/livez')).status, 200)
  })

  it('is answered with a problem when its headers are too large, while the client still sends them', async () => {
    for (const bytes of [`GET /livez HTTP/1.1\r\nHost: x\r\nX: ${'a'.repeat(500_000)}`, `GET /${'a'.repeat(20_000)} HTTP/1.1\r\n\r\n`]) {
      assertProblem(await send(port, bytes), { status: 431, title: 'Request Header Fields Too Large' })
    }
  })
})

describe('a server of its own', () => {
  /** Starts one that answers its errors as the service does. */
  async function start(t: TestContext, server: Server): Promise<number> {
    t.after(() => server.close())
    server.on('clientError', answerClientErrors(undefined))
    await once(server.listen(0, '127.0.0.1'), 'listening')
    const address = server.address()
    return typeof address === 'object' && address !== null ? address.port : 0
  }

  it('answers a request that does not arrive with a problem', async t => {
    const port = await start(t, createServer({ headersTimeout: 20, requestTimeout: 20, connectionsCheckingInterval: 10 }))
    assertProblem(await send(port, 'GET /livez HTTP/1.1\r\n'), { status: 408, title: 'Request Timeout' })
  })

  it('says nothing in the middle of another answer', async t => {
    const port = await start(
      t,
      createServer((_, response) => void response.write('half'))
    )
    const socket = connect(port, '127.0.0.1')
    socket.write('GET /livez HTTP/1.1\r\nHost: x\r\n\r\n')
    const [half] = await once(socket, 'data')
    assert.match(String(half), /half/)
    socket.write('GARBAGE\r\n\r\n')
    socket.on('error', () => {})
    const rest = await text(socket).catch(() => '')
    assert.equal(rest, '')
  })
})
