import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { limitedBroker } from '../helpers/limited-broker.ts'
import { type Service, startService } from '../helpers/service.ts'
import { startUpstream, type Upstream } from '../helpers/upstream.ts'

const retired = { since: '2025-01-01', use: 'antares' }
const parameters = { name: 'A', pages: 1 }

describe('a broker that is retired', () => {
  let service: Service
  let upstream: Upstream
  before(async () => {
    upstream = await startUpstream({ '*': { body: [{ id: 'a' }] } })
    service = await startService({
      modules: [
        { ...limitedBroker, id: 'gone-broker', name: 'GoneBroker', retired },
        { ...limitedBroker, id: 'revived-broker', retired }
      ],
      variables: { BROKER_REVIVED_BROKER_BASE_URL: upstream.url }
    })
  })
  after(async () => {
    await service.close()
    await upstream.close()
  })

  it('is not run: the answer says what to use instead', async () => {
    const detail =
      'GoneBroker is gone since 2025-01-01: use antares, or have BROKER_GONE_BROKER_BASE_URL set to a server that still answers as it did.'
    const adHoc = await service.post('/v1/runs', { brokerId: 'gone-broker', parameters })
    assert.deepEqual([adHoc.status, adHoc.body.detail], [409, detail])
    const query = await service.post('/v1/queries', { name: 'Old', brokerId: 'gone-broker', parameters })
    assert.equal(query.status, 201)
    const run = await service.post(`/v1/queries/${query.body.id}/runs`)
    assert.deepEqual([run.status, run.body.detail], [409, detail])
    assert.deepEqual((await service.get('/v1/runs?brokerId=gone-broker')).body.items, [])
  })

  it('of the installed ones is MARS', async () => {
    const { status, body } = await service.post('/v1/runs', { brokerId: 'mars', parameters: {} })
    assert.equal(status, 409)
    assert.match(body.detail, /^MARS is gone since 2023-03-20: use antares, or have BROKER_MARS_BASE_URL set/)
  })

  it('is run at an address of the operator', async () => {
    const run = await service.post('/v1/runs', { brokerId: 'revived-broker', parameters }, { prefer: 'wait=30' })
    assert.deepEqual([run.status, run.body.status, run.body.counts.new], [200, 'succeeded', 1])
  })
})
