import assert from 'node:assert/strict'
import { connect } from 'node:net'
import { after, before, describe, it } from 'node:test'
import { type Answer, type Service, startService } from '../helpers/service.ts'

describe('a request that is wrong', () => {
  let service: Service
  before(async () => {
    service = await startService()
  })
  after(() => service.close())

  const query = { name: 'Sand', brokerId: 'my-broker', parameters: { targetName: 'Tatooine' } }

  it('is answered with application/problem+json that names the request', async () => {
    const answer = await service.get('/v1/queries/nothing')
    assert.equal(answer.status, 404)
    assert.match(answer.headers.get('content-type') ?? '', /^application\/problem\+json/)
    assert.deepEqual(Object.keys(answer.body), ['type', 'title', 'status', 'detail', 'requestId'])
    assert.equal(answer.body.requestId, answer.headers.get('x-request-id'))
    assert.match(answer.body.requestId, /^[0-9a-f]{8}-[0-9a-f]{4}-7/)
  })

  it('keeps the id that a proxy gave it, when that is a sane one', async () => {
    const kept = await service.get('/nowhere', { 'x-request-id': 'abc-123/9' })
    assert.equal(kept.body.requestId, 'abc-123/9')
    const replaced = await service.get('/nowhere', { 'x-request-id': `{"${'a'.repeat(500)}` })
    assert.match(replaced.body.requestId, /^[0-9a-f-]{36}$/)
  })

  it('is 400 when its body is no JSON, no UTF-8, or would poison a prototype', async () => {
    for (const body of ['{"name": ', '{"__proto__": {}}', 'undefined'])
      assert.equal((await service.post('/v1/queries', body)).status, 400, body)
    const bytes = await fetch(`${service.url}/v1/queries`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: Buffer.from('{"name": "\xff"}', 'latin1')
    })
    assert.equal(bytes.status, 400)
    assert.match(await bytes.text(), /not UTF-8/)
  })

  it('is 400 when its address is no address', async () => {
    const answer = await service.get('/v1/%zz')
    assert.equal(answer.status, 400)
    assert.equal(answer.body.title, 'Bad Request')
    assert.equal(answer.body.requestId, answer.headers.get('x-request-id'))
  })

  it('is 413 when its body is over 1 MiB, and not when it is just under', async () => {
    const padded = (bytes: number) => JSON.stringify(query) + ' '.repeat(bytes - JSON.stringify(query).length)
    assert.equal((await service.post('/v1/queries', padded(1024 * 1024 + 1))).status, 413)
    assert.equal((await service.post('/v1/queries', padded(1024 * 1024))).status, 201)
  })

  it('is 415 when its body is no JSON by name', async () => {
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'application/xml']) {
      const answer = await service.post('/v1/queries', 'name=Sand', { 'content-type': type })
      assert.equal(answer.status, 415, type)
      assert.match(answer.body.detail, /application\/json/)
    }
  })

  it('is 404 at an unknown address, 405 with Allow for a wrong method', async () => {
    assert.equal((await service.get('/v1/nothing')).status, 404)
    const answer = await service.request('PUT', '/v1/queries')
    assert.equal(answer.status, 405)
    assert.equal(answer.headers.get('allow'), 'GET, HEAD, POST')
  })

  it('is 404 for an id that can be none of ours', async () => {
    for (const id of ['1', 'abc', '019a5c1e-7d3a-7c4e-9b1f', 'urn:uuid:019a5c1e-7d3a-7c4e-9b1f-2f6f0f7a1c11', '%00', "'--"]) {
      assert.equal((await service.get(`/v1/queries/${id}`)).status, 404, id)
    }
  })

  it('is told all that is wrong with its body at once, by JSON Pointer, and what would be right', async () => {
    const answer = await service.post('/v1/queries', { name: 7, brokerId: 'my-broker', timetable: 'red' })
    assert.deepEqual(complaintsOf(answer), [
      ['/name', 'must be a string'],
      ['/parameters', 'is required'],
      ['/timetable', 'is not known; known are name, brokerId, parameters, schedule, onAlert']
    ])
    assert.match(answer.body.detail, /\/\w+ \w+/)
  })

  it('is told in words what a text must be, never by a regular expression', async () => {
    const messageOf = async (answer: Promise<Answer>) => (await answer).body.errors[0].message
    assert.equal(
      await messageOf(service.post('/v1/queries', { ...query, name: ' ' })),
      'must be one line without control characters, and not blank'
    )
    assert.equal(
      await messageOf(service.post('/v1/target-lists', { name: 'a,b' })),
      'must be as in "Tonight" (Name, of which there is only one; without commas and control characters, and without blanks at its ends)'
    )
    assert.match(
      await messageOf(service.post('/v1/queries', query, { 'idempotency-key': 'é' })),
      /^must be as described: A value of your own in ASCII/
    )
  })

  it('is told what is wrong with its query string', async () => {
    const answer = await service.get('/v1/queries?limit=0&nme=Sand')
    assert.deepEqual(complaintsOf(answer), [
      ['/limit', 'must be >= 1'],
      ['/nme', 'is not known; known are limit, cursor, brokerId, name']
    ])
    for (const bad of ['limit=501', 'limit=ten', 'limit=', 'limit=1.5', 'limit=1&limit=2', 'name=', 'name=a&name=b']) {
      assert.equal((await service.get(`/v1/queries?${bad}`)).status, 422, bad)
    }
  })

  it('is 422 when it has a body or query parameters where there are none to have', async () => {
    const answer = await service.get('/v1/brokers/my-broker?verbose=true')
    assert.deepEqual(complaintsOf(answer), [['/verbose', 'is not known here']])
    const path = '/v1/runs/019a5c1e-7d3a-7c4e-9b1f-2f6f0f7a1c11/cancellation'
    assert.deepEqual(complaintsOf(await service.post(path, { force: true })), [['/force', 'is not known here']])
    assert.equal((await service.post(path, {})).status, 404)
  })

  it('is 422 without a body where one is needed, and for a body of another kind', async () => {
    for (const body of [undefined, '', 'null', '[]', '"text"', '1']) {
      assert.deepEqual(complaintsOf(await service.post('/v1/queries', body)), [['', 'must be an object']], String(body))
    }
  })

  it('is 422 when it holds what PostgreSQL cannot store, wherever that is', async () => {
    const half = '\ud800'
    const bodies = [
      [{ ...query, name: 'a\u0000b' }, '/name'],
      [{ ...query, parameters: { targetName: half } }, '/parameters/targetName'],
      [{ ...query, parameters: { deep: [{ er: ['\u0000'] }] } }, '/parameters/deep/0/er/0'],
      [{ ...query, parameters: { [`a${half}`]: 1 } }, '/parameters']
    ] as const
    for (const [body, pointer] of bodies) {
      const answer = await service.post('/v1/queries', body)
      assert.equal(answer.status, 422)
      assert.deepEqual(
        answer.body.errors.map((error: { pointer: string }) => error.pointer),
        [pointer]
      )
    }
    assert.equal((await service.get('/v1/queries?name=%00')).status, 422)
    assert.equal((await service.get('/v1/queries?brokerId=a%00')).status, 422)
  })

  it('is 422, not a crash, when it is nested without end', async () => {
    const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`
    const answer = await service.post('/v1/queries', `{"name":"Sand","brokerId":"my-broker","parameters":{"targetName":${deep}}}`)
    assert.equal(answer.status, 422)
    assert.match(answer.body.errors[0].message, /nested/)
  })

  it('gets at most 100 complaints', async () => {
    const parameters = Object.fromEntries(Array.from({ length: 1000 }, (_, index) => [`p${index}`, 1]))
    const answer = await service.post('/v1/queries', { ...query, parameters })
    assert.equal(answer.body.errors.length, 100)
  })

  it('cannot make a browser run anything', async () => {
    const { headers } = await service.get('/v1/<script>')
    assert.equal(headers.get('x-content-type-options'), 'nosniff')
    assert.match(headers.get('content-security-policy') ?? '', /default-src 'none'/)
  })

  it('does no harm when it is no HTTP at all', async () => {
    const { port, hostname } = new URL(service.url)
    const socket = connect(Number(port), hostname)
    socket.end('GARBAGE\r\n\r\n')
    for await (const _ of socket);
    assert.equal((await service.get('/livez')).status, 200)
  })
})

function complaintsOf({ status, body }: Answer): [string, string][] {
  assert.equal(status, 422)
  assert.equal(body.type, '/problems/invalid-request')
  const complaints = body.errors.map(({ pointer, message }: { pointer: string; message: string }) => [pointer, message])
  return complaints.sort()
}
