import assert from 'node:assert/strict'
import { once } from 'node:events'
import { request } from 'node:http'
import { after, before, describe, it } from 'node:test'
import { type Answer, type Service, startService } from '../helpers/service.ts'

const unknown = '019a5c1e-7d3a-7c4e-9b1f-2f6f0f7a1c11'

interface Operation {
  readonly method: string
  readonly path: string
  readonly consumes: string
  /** What the document tells of the answers, by status. */
  readonly responses: Readonly<Record<string, { readonly headers?: object }>>
}

describe('the OpenAPI document, compared with what is answered', () => {
  let service: Service
  let operations: Operation[]
  before(async () => {
    service = await startService()
    const { paths } = (await service.get('/openapi.json')).body
    operations = Object.entries<Record<string, Answer['body']>>(paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, { responses, requestBody }]) => {
        const consumes = Object.keys(requestBody?.content ?? { 'application/json': {} })[0] ?? ''
        return { method: method.toUpperCase(), path, consumes, responses }
      })
    )
  })
  after(() => service.close())

  it('declares every refusal of an address, a query string, a body or a header', async () => {
    const undeclared: string[] = []
    const note = ({ method, path, responses }: Operation, what: string, status: number) => {
      if (!(status in responses)) undeclared.push(`${method} ${path} answers ${what} with ${status}`)
    }
    assert.ok(operations.length > 50)
    for (const operation of operations) {
      for (const [what, path, options] of probesOf(operation)) {
        note(operation, what, (await service.request(operation.method, path, options)).status)
      }
      // What imports read is counted as it comes.
      if (operation.method !== 'GET' && !operation.path.includes('/import'))
        note(operation, 'a large body', await announce(service.url, operation))
    }
    assert.deepEqual(undeclared, [])
  })

  it('tells the headers ETag and Location where they are sent, and nowhere else', async () => {
    const told = ({ responses }: Operation, status: number) => Object.keys(responses[status]?.headers ?? {}).map(name => name.toLowerCase())
    const wrong: string[] = []
    const compare = (method: string, path: string, { status, headers }: Answer) => {
      const operation = operations.find(candidate => candidate.method === method && fits(candidate.path, path))
      assert.ok(operation && status < 300, `${method} ${path} ${status}`)
      for (const name of ['etag', 'location']) {
        if (headers.has(name) !== told(operation, status).includes(name)) wrong.push(`${method} ${operation.path} ${status} ${name}`)
      }
    }
    const ask = async (method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Answer['body']> => {
      const answer = await service.request(method, path, { headers, ...(body !== undefined && { body }) })
      compare(method, path.split('?')[0] ?? '', answer)
      return answer.body
    }
    await walk(ask)
    assert.deepEqual(wrong, [])
  })
})

type Ask = (method: string, path: string, body?: unknown, headers?: Record<string, string>) => Promise<Answer['body']>

/** Makes, reads and changes some of everything. */
async function walk(ask: Ask): Promise<void> {
  const parameters = { targetName: 'Tatooine' }
  const query = await ask('POST', '/v1/queries', { name: 'Sand', brokerId: 'my-broker', parameters })
  await ask('PATCH', `/v1/queries/${query.id}`, { name: 'More sand' }, { 'if-match': '*' })
  await ask('POST', `/v1/queries/${query.id}/runs`)
  await ask('POST', `/v1/queries/${query.id}/targets/retry`)
  const run = await ask('POST', '/v1/runs', { brokerId: 'my-broker', parameters }, { prefer: 'wait=30' })
  for (const part of ['', '/alerts', '/alerts.ndjson', '/alerts.csv', '/rejections']) await ask('GET', `/v1/runs/${run.id}${part}`)
  const { items } = await ask('GET', '/v1/alerts')
  const alertId = items[0].id
  for (const part of ['', '/raw']) await ask('GET', `/v1/alerts/${alertId}${part}`)
  const target = await ask('POST', '/v1/targets', { alertId })
  await ask('POST', '/v1/targets', { alertId })
  const other = await ask('POST', '/v1/targets', { name: 'Hoth', type: 'SIDEREAL', ra: 66, dec: 50 })
  await ask('POST', '/v1/targets/batch', { alertIds: [alertId] })
  for (const name of ['Sand', 'sand']) await ask('POST', `/v1/targets/${target.id}/names`, { name })
  for (const part of ['', '/names', '/alerts', '/photometry']) await ask('GET', `/v1/targets/${target.id}${part}`)
  await ask('POST', `/v1/targets/${target.id}/merge`, { from: other.id })
  const list = await ask('POST', '/v1/target-lists', { name: 'Tonight' })
  await ask('GET', `/v1/target-lists/${list.id}`)
  await ask('POST', `/v1/target-lists/${list.id}/targets`, { add: [target.id] })
  await ask('PATCH', `/v1/target-lists/${list.id}`, { name: 'Tomorrow' }, { 'if-match': '*' })
  await ask('DELETE', `/v1/target-lists/${list.id}`, undefined, { 'if-match': '*' })
}

type Probe = readonly [what: string, path: string, options?: Parameters<Service['request']>[2]]

function probesOf({ method, path, consumes }: Operation): Probe[] {
  const withId = (id: string) => path.replaceAll(/\{\w+\}/g, id)
  const usual = withId(unknown)
  const probes: Probe[] = [
    ['an unknown id', usual],
    ['an id that is too long', withId('a'.repeat(1001))],
    ['an address that is none', withId('%zz')],
    ['an unknown query parameter', `${usual}?nope=1`],
    ['what cannot be stored', `${usual}?nope=%00`]
  ]
  if (method === 'GET') return probes
  const sent = (body: string, type = consumes) => ({ body, headers: { 'content-type': type, 'if-match': '*' } })
  return [
    ...probes,
    ['a body of another kind', usual, sent('<p>', 'text/html')],
    ['a body that is no JSON', usual, sent('{', 'application/json')],
    ['an unknown member', usual, sent('{"nope": 1}')],
    ['a wrong header', usual, { headers: { 'idempotency-key': 'é', 'if-match': 'nope' } }]
  ]
}

/** Says that a large body is coming; answers the status that comes instead. */
async function announce(url: string, { method, path, consumes }: Operation): Promise<number> {
  const headers = { 'content-type': consumes, 'content-length': 1e9, 'if-match': '*' }
  const sent = request(url + path.replaceAll(/\{\w+\}/g, unknown), { method, headers })
  sent.flushHeaders()
  const [answer] = await once(sent, 'response')
  sent.on('error', () => {}).destroy()
  return answer.statusCode
}

function fits(pattern: string, path: string): boolean {
  const segments = path.split('/')
  const parts = pattern.split('/')
  return parts.length === segments.length && parts.every((part, index) => part.startsWith('{') || part === segments[index])
}
