import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { type Service, startService } from '../helpers/service.ts'

const secrets = { alice: 'alice-has-a-long-secret', bob: 'bob-has-an-even-longer-secret' }
const query = { name: 'Sand', brokerId: 'my-broker', parameters: { targetName: 'Tatooine' } }

describe('a service with tokens', () => {
  let service: Service
  before(async () => {
    const API_TOKENS = Object.entries(secrets)
      .map(pair => pair.join(':'))
      .join(',')
    service = await startService({ variables: { API_TOKENS } })
  })
  after(() => service.close())

  const bearer = (secret: string) => ({ authorization: `Bearer ${secret}` })

  it('wants one for everything under /v1 and for the metrics', async () => {
    for (const path of ['/v1/brokers', '/v1/queries', '/v1/queries/nothing', '/v1/alerts', '/v1/runs', '/metrics']) {
      const answer = await service.get(path)
      assert.equal(answer.status, 401, path)
      assert.match(answer.headers.get('www-authenticate') ?? '', /^Bearer/)
      assert.match(answer.headers.get('content-type') ?? '', /problem\+json/)
      assert.equal((await service.get(path, bearer(secrets.alice))).status === 401, false, path)
    }
    assert.equal((await service.post('/v1/queries', 'not even JSON')).status, 401)
  })

  it('wants none for probes, documents and examples', async () => {
    for (const path of ['/livez', '/readyz', '/openapi.json', '/docs', '/examples/my-broker/example_broker_data.json']) {
      assert.equal((await service.get(path)).status, 200, path)
    }
  })

  it('takes no other', async () => {
    const wrong = [
      '',
      'alice',
      'Alice-has-a-long-secret',
      `${secrets.alice}x`,
      secrets.alice.slice(1),
      `${secrets.alice} ${secrets.bob}`,
      'é'.repeat(23)
    ]
    for (const secret of wrong) {
      const answer = await service.get('/v1/brokers', { authorization: `Bearer ${encodeURI(secret)}` })
      assert.equal(answer.status, 401, secret)
      if (secret.length > 8) assert.doesNotMatch(answer.text, new RegExp(secret))
    }
    for (const authorization of [secrets.alice, `Basic ${btoa(`alice:${secrets.alice}`)}`, `Token ${secrets.alice}`]) {
      assert.equal((await service.get('/v1/brokers', { authorization })).status, 401)
    }
  })

  it('takes the scheme in any case', async () => {
    assert.equal((await service.get('/v1/brokers', { authorization: `bearer ${secrets.bob}` })).status, 200)
  })

  it('remembers who made what', async () => {
    for (const [name, secret] of Object.entries(secrets)) {
      assert.equal((await service.post('/v1/queries', query, bearer(secret))).body.createdBy, name)
    }
  })
})

describe('a service without tokens', () => {
  it('takes everyone for `local`, whatever they send', async () => {
    const service = await startService()
    try {
      const answer = await service.post('/v1/queries', query, { authorization: 'Bearer anything' })
      assert.equal(answer.status, 201)
      assert.equal(answer.body.createdBy, 'local')
    } finally {
      await service.close()
    }
  })
})
