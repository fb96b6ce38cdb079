import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { pickyBroker } from '../helpers/picky-broker.ts'
import { type Answer, type Service, startService } from '../helpers/service.ts'

const sand = { name: 'Sand', brokerId: 'my-broker', parameters: { targetName: 'Tatooine' } }

describe('saved queries', () => {
  let service: Service
  before(async () => {
    service = await startService({ modules: [pickyBroker], variables: { BROKER_PICKY_BROKER_API_TOKEN: 'a-token' } })
  })
  after(() => service.close())

  const tagOf = (answer: Answer) => ({ 'if-match': answer.headers.get('etag') ?? '' })
  const save = async (query: object = sand) => {
    const answer = await service.post('/v1/queries', query)
    assert.equal(answer.status, 201, answer.text)
    return { answer, path: answer.headers.get('location') ?? '', id: answer.body.id, tag: tagOf(answer) }
  }
  const complaintsOf = (answer: Answer) => {
    assert.equal(answer.status, 422, answer.text)
    return Object.fromEntries(answer.body.errors.map(({ pointer, message }: { pointer: string; message: string }) => [pointer, message]))
  }

  it('are saved, with an address and an ETag, and read back', async () => {
    const { answer, path, id } = await save()
    assert.match(id, /^[0-9a-f]{8}-[0-9a-f]{4}-7/)
    assert.equal(path, `/v1/queries/${id}`)
    const { createdAt, modifiedAt, ...rest } = answer.body
    const never = { schedule: null, nextRunsAt: [], lastSkipped: null, newestAlertAt: null, onAlert: null }
    assert.deepEqual(rest, { id, ...sand, brokerInstalled: true, createdBy: 'local', lastRunAt: null, ...never })
    assert.match(createdAt, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
    assert.equal(modifiedAt, createdAt)
    const read = await service.get(path)
    assert.deepEqual(read.body, answer.body)
    assert.equal(read.headers.get('etag'), answer.headers.get('etag'))
    assert.equal((await service.get(path, { 'if-none-match': answer.headers.get('etag') ?? '' })).status, 304)
  })

  it('are saved once for one Idempotency-Key', async () => {
    const post = () => service.post('/v1/queries', sand, { 'idempotency-key': 'one' })
    const [first, again] = [await post(), await post()]
    assert.equal(again.status, 201)
    assert.equal(again.text, first.text)
    assert.equal(again.headers.get('location'), first.headers.get('location'))
    const other = await service.post('/v1/queries', { ...sand, name: 'Other' }, { 'idempotency-key': 'one' })
    assert.equal(other.status, 422)
  })

  it('can be saved with the key of a request that was refused', async () => {
    assert.equal((await service.post('/v1/queries', { ...sand, parameters: {} }, { 'idempotency-key': 'two' })).status, 422)
    assert.equal((await service.post('/v1/queries', sand, { 'idempotency-key': 'two' })).status, 201)
  })

  it('are refused with parameters that the broker does not take, and told what would be right', async () => {
    const unknown = await service.post('/v1/queries', { ...sand, parameters: { targetname: 'Hoth' } })
    assert.deepEqual(complaintsOf(unknown), {
      '/parameters/targetname': 'is not known; known are targetName',
      '/parameters/targetName': 'is required'
    })
    assert.deepEqual(complaintsOf(await service.post('/v1/queries', { ...sand, parameters: { targetName: 7 } })), {
      '/parameters/targetName': 'must be a string'
    })
  })

  it('are refused when they break a rule of the broker', async () => {
    const answer = await service.post('/v1/queries', { name: 'Odd', brokerId: 'picky-broker', parameters: { brightest: 20, faintest: 10 } })
    assert.deepEqual(complaintsOf(answer), { '/parameters/brightest': 'must not be more than faintest, 10' })
  })

  it('are refused for a broker that is not installed, and told which are', async () => {
    const complaints = complaintsOf(await service.post('/v1/queries', { ...sand, brokerId: 'mybroker' }))
    assert.match(complaints['/brokerId'] ?? '', /my-broker, .*picky-broker/)
  })

  it('take no name that is none', async () => {
    for (const name of ['', ' \t', 'x'.repeat(501), null, 7, '\u200b', '\u200b \ufeff', 'a\nb', 'a\u0007', 'a\u2028b', 'a\n']) {
      assert.deepEqual(Object.keys(complaintsOf(await service.post('/v1/queries', { ...sand, name }))).slice(0, 1), ['/name'], String(name))
    }
    await save({ ...sand, name: 'é'.repeat(500) })
  })

  it('take nothing that they do not know, nor what the service sets', async () => {
    for (const field of ['shedule', 'nextRunsAt', 'id', 'createdAt']) {
      assert.match(complaintsOf(await service.post('/v1/queries', { ...sand, [field]: null }))[`/${field}`] ?? '', /not known/)
    }
  })

  it('keep 0, false and empty text in their parameters', async () => {
    const { path } = await save({ name: 'Zero', brokerId: 'picky-broker', parameters: { faintest: 0, brightest: -0.5, name: '' } })
    assert.deepEqual((await service.get(path)).body.parameters, { faintest: 0, brightest: -0.5, name: '' })
  })

  it('are edited by merge patch, with either media type', async () => {
    const { path, tag } = await save({ name: 'Picky', brokerId: 'picky-broker', parameters: { faintest: 20, name: 'a' } })
    const renamed = await service.patch(path, { name: 'Pickier' }, tag)
    assert.equal(renamed.status, 200, renamed.text)
    assert.equal(renamed.body.name, 'Pickier')
    const type = { 'content-type': 'application/merge-patch+json' }
    const merged = await service.patch(path, { parameters: { name: null, brightest: 12 } }, { ...tagOf(renamed), ...type })
    assert.deepEqual(merged.body.parameters, { faintest: 20, brightest: 12 })
    assert.deepEqual((await service.get(path)).body, merged.body)
    assert.ok(merged.body.modifiedAt >= merged.body.createdAt)
  })

  it('are checked as a whole when they are edited', async () => {
    const { path, tag } = await save({ name: 'Picky', brokerId: 'picky-broker', parameters: { faintest: 20 } })
    const broken = await service.patch(path, { parameters: { brightest: 21 } }, tag)
    assert.deepEqual(Object.keys(complaintsOf(broken)), ['/parameters/brightest'])
    assert.deepEqual(Object.keys(complaintsOf(await service.patch(path, { brokerId: 'my-broker' }, tag))).sort(), [
      '/parameters/faintest',
      '/parameters/targetName'
    ])
    const moved = await service.patch(path, { brokerId: 'my-broker', parameters: { faintest: null, targetName: 'Hoth' } }, tag)
    assert.equal(moved.status, 200, moved.text)
    assert.deepEqual(moved.body.parameters, { targetName: 'Hoth' })
    for (const patch of [{ name: null }, { parameters: null }, { createdAt: '2020-01-01' }, [], 7]) {
      assert.equal((await service.patch(path, patch, tagOf(moved))).status, 422, JSON.stringify(patch))
    }
    assert.deepEqual((await service.get(path)).body, moved.body)
  })

  it('are edited and deleted only as they were read', async () => {
    const { path, tag } = await save()
    assert.equal((await service.patch(path, { name: 'x' })).status, 428)
    assert.equal((await service.delete(path)).status, 428)
    const edited = await service.patch(path, { name: 'Newer' }, tag)
    assert.equal((await service.patch(path, { name: 'Older' }, tag)).status, 412)
    assert.equal((await service.delete(path, tag)).status, 412)
    assert.equal((await service.get(path)).body.name, 'Newer')
    assert.equal((await service.delete(path, tagOf(edited))).status, 204)
    assert.equal((await service.get(path)).status, 404)
    for (const answer of [await service.delete(path, tagOf(edited)), await service.patch(path, { name: 'x' }, { 'if-match': '*' })]) {
      assert.equal(answer.status, 404)
    }
  })

  it('lose no edit when many edit at once', async () => {
    const { path, tag } = await save()
    const answers = await Promise.all(Array.from({ length: 20 }, (_, index) => service.patch(path, { name: `Edit ${index}` }, tag)))
    assert.deepEqual(answers.map(({ status }) => status).sort(), [200, ...Array.from({ length: 19 }, () => 412)])
    assert.equal((await service.get(path)).body.name, answers.find(({ status }) => status === 200)?.body.name)
  })

  it('tell when they ran last, which is no edit but another ETag', async () => {
    const { path, tag } = await save()
    assert.equal((await service.post(`${path}/runs`, {})).status, 202)
    const read = await service.get(path, { 'if-none-match': tag['if-match'] })
    assert.equal(read.status, 200)
    assert.match(read.body.lastRunAt, /Z$/)
    assert.equal((await service.patch(path, { name: 'Still mine' }, tag)).status, 200)
  })
})

describe('a query whose broker is not installed', () => {
  let service: Service
  const id = '019a5c1e-7d3a-7c4e-9b1f-2f6f0f7a1c11'
  before(async () => {
    service = await startService()
    const parameters = { nobody: 'knows' }
    await service.database.prisma.brokerQuery.create({ data: { id, name: 'Orphan', brokerId: 'gone-broker', parameters } })
  })
  after(() => service.close())

  it('is listed as such, can be renamed, but not asked anything else, and can be deleted', async () => {
    const path = `/v1/queries/${id}`
    assert.equal((await service.get('/v1/queries')).body.items[0].brokerInstalled, false)
    const read = await service.get(path)
    assert.equal(read.body.brokerInstalled, false)
    const any = { 'if-match': '*' }
    assert.equal((await service.patch(path, { name: 'Lonely' }, any)).body.name, 'Lonely')
    assert.equal((await service.patch(path, { parameters: { nobody: 'asks' } }, any)).status, 422)
    assert.equal((await service.delete(path, any)).status, 204)
  })
})
