import assert from 'node:assert/strict'
import { once } from 'node:events'
import { after, before, describe, it } from 'node:test'
import { pino } from 'pino'
import { defineBroker } from '../../src/broker-kit/index.ts'
import { pickyBroker } from '../helpers/picky-broker.ts'
import { type Service, startService } from '../helpers/service.ts'
import { startUpstream, type Upstream } from '../helpers/upstream.ts'

const secret = 'very-secret-token-of-ours'
const retiredBroker = defineBroker({ ...pickyBroker, id: 'retired-broker', retired: { since: '2025-01-01', use: 'picky-broker' } })
const unsetBroker = defineBroker({ ...pickyBroker, id: 'unset-broker' })

describe('the catalog', () => {
  let service: Service
  let upstream: Upstream
  const log: string[] = []
  const hanging = Promise.withResolvers<{ gone: Promise<unknown> }>()

  before(async () => {
    upstream = await startUpstream((request, response) => {
      if (request.url === '/alerts/slow') return hanging.resolve({ gone: once(response, 'close') })
      if (request.url === '/alerts/wrong') return void response.writeHead(401, { 'content-type': 'text/html' }).end(`<b>${secret}</b>`)
      if (request.url === '/alerts/teapot') return void response.writeHead(200, { 'content-type': 'application/json' }).end('{"id": ')
      if (request.url !== '/alerts/123456789012345678') return void response.writeHead(404).end()
      response.writeHead(200, { 'content-type': 'application/json' }).end(exact)
    })
    service = await startService({
      modules: [pickyBroker, retiredBroker, unsetBroker],
      logger: pino({ level: 'trace' }, { write: line => void log.push(line) }),
      variables: {
        BROKER_PICKY_BROKER_BASE_URL: upstream.url.slice(0, -1),
        BROKER_PICKY_BROKER_API_TOKEN: secret,
        BROKER_RETIRED_BROKER_API_TOKEN: secret,
        BROKER_UNSET_BROKER_GROUP: 'a-group'
      }
    })
  })
  after(async () => {
    await service.close()
    await upstream.close()
  })

  const exact = '{"id": 123456789012345678,  "flux":1e5, "flux":1.50}\n'

  it('lists the installed brokers by id, and pages', async () => {
    const { body } = await service.get('/v1/brokers')
    const ids = body.items.map(({ id }: { id: string }) => id)
    assert.deepEqual(ids, [...service.registry.keys()].sort())
    assert.equal(body.next, null)
    const collected: string[] = []
    for (let path: string | null = '/v1/brokers?limit=2'; path !== null; ) {
      const page = await service.get(path)
      collected.push(...page.body.items.map(({ id }: { id: string }) => id))
      const link: string | undefined = /<([^>]+)>; rel="next"/.exec(page.headers.get('link') ?? '')?.[1]
      assert.equal(link === undefined, page.body.next === null)
      path = link ?? null
    }
    assert.deepEqual(collected, ids)
  })

  it('says what a broker is, what it takes, what it can do and what it lacks', async () => {
    const { body } = await service.get('/v1/brokers/picky-broker')
    const { parameters, ...rest } = body
    assert.deepEqual(rest, {
      id: 'picky-broker',
      name: 'PickyBroker',
      docs: 'https://example.org/docs',
      baseUrl: upstream.url,
      surveys: ['ZTF', 'LSST'],
      capabilities: ['fetch-alert'],
      delivery: 'finite',
      status: 'ready',
      limits: { concurrency: null, requests: null },
      missingSettings: [],
      settings: [
        { name: 'apiToken', description: 'Token of your account, from your profile page.', required: true, secret: true, missing: false },
        { name: 'group', description: 'Group whose alerts are read.', required: false, secret: false, missing: false }
      ],
      retired: null,
      scoreDescription: 'How picky it is; higher is pickier.',
      exampleParameters: { faintest: 20, brightest: 12 }
    })
    assert.deepEqual(parameters, JSON.parse(JSON.stringify(pickyBroker.parameters)))
  })

  it('tells which settings are missing, and that a broker is retired', async () => {
    const unset = (await service.get('/v1/brokers/unset-broker')).body
    assert.equal(unset.status, 'needs-settings')
    assert.deepEqual(unset.missingSettings, ['apiToken'])
    assert.equal(unset.settings[0].missing, true)
    const retired = (await service.get('/v1/brokers/retired-broker')).body
    assert.equal(retired.status, 'retired')
    assert.deepEqual(retired.retired, { since: '2025-01-01', use: 'picky-broker' })
  })

  it('gives an example for the broker of the tutorial', async () => {
    const { body } = await service.get('/v1/brokers/my-broker')
    assert.deepEqual(body.exampleParameters, { targetName: 'Tatooine' })
    assert.equal(body.baseUrl, `${service.url}/examples/my-broker/`)
  })

  it('never shows the value of a setting', async () => {
    for (const path of ['/v1/brokers', '/v1/brokers/picky-broker', '/v1/brokers/unset-broker', '/openapi.json', '/metrics']) {
      assert.doesNotMatch((await service.get(path)).text, /very-secret|a-group/, path)
    }
  })

  it('has an ETag, and sends nothing when that is known', async () => {
    const first = await service.get('/v1/brokers/picky-broker')
    const again = await service.get('/v1/brokers/picky-broker', { 'if-none-match': first.headers.get('etag') ?? '' })
    assert.equal(again.status, 304)
    assert.equal(again.text, '')
  })

  it('knows no broker that is not installed', async () => {
    for (const id of ['nope', 'PICKY-BROKER', '__proto__', 'constructor'])
      assert.equal((await service.get(`/v1/brokers/${id}`)).status, 404, id)
  })

  it('passes on one raw alert from the broker, to the byte', async () => {
    const answer = await service.get('/v1/brokers/picky-broker/alerts/123456789012345678')
    assert.equal(answer.status, 200)
    assert.equal(answer.text, exact)
    assert.match(answer.headers.get('content-type') ?? '', /^application\/json/)
    const { responses } = (await service.get('/openapi.json')).body.paths['/v1/brokers/{brokerId}/alerts/{brokerAlertId}'].get
    assert.equal(answer.headers.has('etag'), 'ETag' in responses[200].headers)
    const again = await service.get('/v1/brokers/picky-broker/alerts/123456789012345678', {
      'if-none-match': answer.headers.get('etag') ?? ''
    })
    assert.ok(again.status === 304 && '304' in responses)
  })

  it('says whose fault it is when there is none', async () => {
    const expected = [
      ['picky-broker/alerts/unknown', 404],
      ['picky-broker/alerts/wrong', 502],
      ['picky-broker/alerts/teapot', 502],
      ['unset-broker/alerts/1', 409],
      ['retired-broker/alerts/1', 410],
      ['my-broker/alerts/1', 501],
      ['nope/alerts/1', 404]
    ] as const
    for (const [path, status] of expected) {
      const answer = await service.get(`/v1/brokers/${path}`)
      assert.equal(answer.status, status, `${path}: ${answer.text}`)
      assert.doesNotMatch(answer.text, /very-secret|<b>/)
    }
    assert.equal((await service.get('/v1/brokers/picky-broker/alerts/wrong')).body.broker.kind, 'unauthorized')
    assert.ok(log.some(line => line.includes('unauthorized')))
    assert.doesNotMatch(log.join(''), /very-secret/)
  })

  it('stops asking the broker when the client hangs up', async () => {
    const controller = new AbortController()
    const asked = fetch(`${service.url}/v1/brokers/picky-broker/alerts/slow`, { signal: controller.signal }).catch(() => null)
    const { gone } = await hanging.promise
    controller.abort()
    await gone
    assert.equal(await asked, null)
  })
})
