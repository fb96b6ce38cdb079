import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { after, before, describe, it } from 'node:test'
import { type Service, startService } from '../helpers/service.ts'

describe('the service itself', () => {
  let service: Service
  before(async () => {
    service = await startService()
  })
  after(() => service.close())

  it('is alive and ready, and measures its requests by route', async () => {
    assert.deepEqual((await service.get('/livez')).body, { status: 'ok' })
    assert.deepEqual((await service.get('/readyz')).body, { status: 'ok' })
    await service.get('/v1/brokers/my-broker')
    await service.get('/v1/brokers/none')
    await service.get('/somewhere/else')
    const { text, headers } = await service.get('/metrics')
    assert.match(headers.get('content-type') ?? '', /^text\/plain/)
    assert.match(text, /^process_cpu_user_seconds_total /m)
    assert.match(text, /^http_request_duration_seconds_count\{method="GET",route="\/v1\/brokers\/:brokerId",status="200"\} 1$/m)
    assert.match(text, /^http_request_duration_seconds_count\{method="GET",route="\/v1\/brokers\/:brokerId",status="404"\} 1$/m)
    assert.match(text, /route="none",status="404"\} 1$/m)
    assert.doesNotMatch(text, /somewhere/)
  })

  it('serves the data of the tutorial to the byte', async () => {
    const file = await readFile(new URL('../../src/brokers/my-broker/example_broker_data.json', import.meta.url), 'utf8')
    const answer = await service.get('/examples/my-broker/example_broker_data.json')
    assert.equal(answer.text, file)
    assert.match(answer.headers.get('content-type') ?? '', /^application\/json/)
  })

  it('serves its OpenAPI document', async () => {
    const { body } = await service.get('/openapi.json')
    assert.deepEqual(body, JSON.parse(await readFile(new URL('../../openapi/openapi.json', import.meta.url), 'utf8')))
  })

  it('is ready no more while it drains, but alive', async () => {
    service.app.health.drain()
    const answer = await service.get('/readyz')
    assert.equal(answer.status, 503)
    assert.match(answer.body.detail, /stopping/)
    assert.equal((await service.get('/livez')).status, 200)
  })
})

describe('the reference at /docs', () => {
  let service: Service
  before(async () => {
    service = await startService()
  })
  after(() => service.close())

  it('takes everything it needs from this service, and runs nothing inline', async () => {
    const page = await service.get('/docs')
    assert.equal(page.status, 200)
    const addresses = [...page.text.matchAll(/(?:src|href)="([^"]+)"/g)].map(match => match[1] ?? '')
    assert.ok(addresses.length >= 5)
    for (const address of addresses) {
      assert.match(address, /^\/docs\//)
      assert.equal((await service.get(address)).status, 200, address)
    }
    for (const [, attributes, script] of page.text.matchAll(/<script([^>]*)>([\s\S]*?)<\/script>/g)) {
      assert.match(attributes ?? '', /src=/)
      assert.equal(script?.trim(), '')
    }
    assert.doesNotMatch(page.text, /<style|\son\w+=|\sstyle=/)
    assert.match((await service.get('/docs/static/swagger-initializer.js')).text, /validatorUrl: null/)
    assert.equal((await service.get('/docs/json')).body.openapi, '3.1.0')
  })

  it('forbids all else by its Content-Security-Policy', async () => {
    const policy = (await service.get('/docs')).headers.get('content-security-policy') ?? ''
    assert.match(policy, /default-src 'none'/)
    assert.doesNotMatch(policy, /unsafe|https?:|\*/)
    for (const kind of ['script-src', 'style-src', 'connect-src']) assert.match(policy, new RegExp(`${kind} 'self';`))
  })

  it('works at its address with and without a slash', async () => {
    const page = await service.get('/docs/')
    const [, script = ''] = /<script src="([^"]+)"/.exec(page.text) ?? []
    assert.equal((await service.get(new URL(script, `${service.url}/docs/`).pathname)).status, 200)
  })
})
