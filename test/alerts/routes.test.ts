import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { insertAlertRows } from '../helpers/alert-rows.ts'
import { type Service, startService } from '../helpers/service.ts'

let service: Service
before(async () => {
  service = await startService()
})
after(() => service.close())

const store = (...drafts: Parameters<typeof insertAlertRows>[1]) => insertAlertRows(service.database.pool, drafts)
const unknown = '019a5c1e-7d3a-7c4e-9b1f-2f6f0f7a1c11'

describe('GET /v1/alerts', () => {
  it('filters by broker, object, name in any spelling and cone, newest first', async () => {
    const [a, b, c, d] = await store(
      { brokerId: 'one', objectId: '170587116732416143', name: 'SN 2024abc', ra: 0, dec: 0 },
      { brokerId: 'one', objectId: 'x', name: 'AT2024ABC', ra: 359.9999, dec: 0 },
      { brokerId: 'two', objectId: 'x', name: 'other', ra: 10, dec: 90 },
      { brokerId: 'two', name: 'GCN notice' }
    )
    const idsOf = async (query: string) => (await service.get(`/v1/alerts?${query}`)).body.items.map(({ id }: { id: string }) => id)
    assert.deepEqual(await idsOf(''), [d, c, b, a])
    assert.deepEqual(await idsOf('brokerId=one'), [b, a])
    assert.deepEqual(await idsOf('objectId=170587116732416143'), [a])
    assert.deepEqual(await idsOf('objectId=x&brokerId=two'), [c])
    assert.deepEqual(await idsOf('name=sn-2024abc'), [b, a])
    assert.deepEqual(await idsOf('ra=0&dec=0&radius=0.37'), [b, a])
    assert.deepEqual(await idsOf('ra=0&dec=0&radius=0.35'), [a])
    assert.deepEqual(await idsOf('ra=0&dec=0&radius=0.37&name=at2024abc&brokerId=two'), [])
    assert.deepEqual(await idsOf('ra=123&dec=90&radius=0.001'), [c])
    const page = await service.get('/v1/alerts?limit=3')
    assert.match(page.headers.get('link') ?? '', /^<\/v1\/alerts\?limit=3&cursor=[\w-]+>; rel="next"$/)
    assert.deepEqual(await idsOf(`limit=3&cursor=${page.body.next}`), [a])
  })

  it('pages through all that is there, each once', async () => {
    const ids = await store(...Array.from({ length: 25 }, (_, n) => ({ brokerId: 'many', name: `many ${n}`, ra: n / 1000, dec: 0 })))
    for (const filter of ['brokerId=many', 'ra=0&dec=0&radius=3600&brokerId=many']) {
      const seen: string[] = []
      for (let next: string | null = ''; next !== null; ) {
        const { body } = await service.get(`/v1/alerts?${filter}&limit=7${next && `&cursor=${next}`}`)
        seen.push(...body.items.map(({ id }: { id: string }) => id))
        next = body.next
      }
      assert.deepEqual(seen, [...ids].reverse())
    }
  })

  it('refuses what does not fit, and says where', async () => {
    const wrong: [string, string][] = [
      ['ra=0', '/dec'],
      ['ra=0&dec=0', '/radius'],
      ['radius=5', '/ra'],
      ['ra=360&dec=0&radius=5', '/ra'],
      ['ra=0&dec=0&radius=0', '/radius'],
      ['ra=0&dec=0&radius=36001', '/radius'],
      ['ra=NaN&dec=0&radius=1', '/ra'],
      ['limit=501', '/limit'],
      ['cursor=abc', '/cursor'],
      ['colour=red', '/colour'],
      ['name=%00', '/name'],
      ['name=', '/name']
    ]
    for (const [query, pointer] of wrong) {
      const { status, body } = await service.get(`/v1/alerts?${query}`)
      assert.equal(status, 422, query)
      assert.ok(
        body.errors.some((error: { pointer: string }) => error.pointer === pointer),
        JSON.stringify(body)
      )
    }
  })
})

describe('GET /v1/alerts/{alertId}', () => {
  it('gives every field, what is not known as null, and 304 to who has it', async () => {
    const classifications = [{ label: 'SN', probability: 0.5, classifier: null }]
    const facts = { brokerAlertId: '9007199254740993', name: 'Full', timestamp: '2026-11-24T08:15:30.123Z', ra: 0, dec: 0, classifications }
    const [id] = await store({ ...facts, mag: 0, score: 0 })
    const { body, headers } = await service.get(`/v1/alerts/${id}`)
    const { receivedAt, ...rest } = body
    assert.ok(!Number.isNaN(Date.parse(receivedAt)))
    const nothing = { objectId: null, url: null, survey: null, band: null, magError: null, detections: null, targetId: null }
    assert.deepEqual(rest, { id, brokerId: 'my-broker', ...facts, mag: 0, score: 0, ...nothing })
    assert.equal((await service.get(`/v1/alerts/${id}`, { 'if-none-match': headers.get('etag') ?? '' })).status, 304)
    await service.post('/v1/targets', { alertId: id })
    assert.equal((await service.get(`/v1/alerts/${id}`, { 'if-none-match': headers.get('etag') ?? '' })).status, 200)
  })

  it('knows no alert of an unknown id, or of what is none', async () => {
    for (const id of [unknown, 'x', `urn:uuid:${unknown}`]) {
      assert.equal((await service.get(`/v1/alerts/${id}`)).status, 404)
      assert.equal((await service.get(`/v1/alerts/${id}/raw`)).status, 404)
    }
  })
})

describe('GET /v1/alerts/{alertId}/raw', () => {
  it('gives the text of the broker to the byte', async () => {
    const texts = [
      '{"a": 1e5, "a": NaN,\r\n "id":170587116732416143}',
      '[1e400000]',
      ' {"é": "\ud83d\ude00\u2028"} ',
      '{"x": "\\u0000\\ud800"}'
    ]
    for (const raw of texts) {
      const [id] = await store({ raw })
      const response = await fetch(`${service.url}/v1/alerts/${id}/raw`)
      assert.deepEqual(Buffer.from(await response.arrayBuffer()), Buffer.from(raw))
      assert.equal(response.headers.get('content-type'), 'application/json; charset=utf-8')
      assert.equal(response.headers.get('x-content-type-options'), 'nosniff')
      assert.equal(response.headers.get('content-disposition'), null)
    }
  })

  it('has a browser save what is not JSON, and run none of it', async () => {
    for (const rawType of [
      'text/html',
      'image/svg+xml',
      'text/html; charset=utf-16',
      'nonsense\r\nset-cookie: a=b',
      'application/vnd.x+json'
    ]) {
      const [id] = await store({ raw: '"<script>alert(1)</script>"', rawType })
      const { headers, status, text } = await service.get(`/v1/alerts/${id}/raw`)
      assert.deepEqual([status, text], [200, '"<script>alert(1)</script>"'])
      assert.match(headers.get('content-security-policy') ?? '', /default-src 'none'; sandbox/)
      assert.equal(headers.get('x-content-type-options'), 'nosniff')
      assert.match(
        headers.get('content-type') ?? '',
        /^(text\/html|image\/svg\+xml|application\/octet-stream|application\/vnd\.x\+json); charset=utf-8$/
      )
      const isJson = rawType.endsWith('+json')
      assert.equal(headers.get('content-disposition'), isJson ? null : `attachment; filename="alert-${id}"`)
    }
  })
})
