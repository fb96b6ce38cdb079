import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { pickyBroker } from '../helpers/picky-broker.ts'
import { type Answer, type Service, startService } from '../helpers/service.ts'

const sand = { name: 'Sand', brokerId: 'my-broker', parameters: { targetName: 'Tatooine' } }

describe('the list of saved queries', () => {
  let service: Service
  const names = ['Sand', 'sandstorm', '100% sand_', 'Ice', 'a\\b', 'É']
  before(async () => {
    service = await startService({ modules: [pickyBroker], variables: { BROKER_PICKY_BROKER_API_TOKEN: 'a-token' } })
    for (const name of names) await service.post('/v1/queries', { ...sand, name })
    await service.post('/v1/queries', { name: 'Picky', brokerId: 'picky-broker', parameters: {} })
  })
  after(() => service.close())

  const namesAt = async (path: string) => {
    const answer = await service.get(path)
    assert.equal(answer.status, 200, answer.text)
    return answer.body.items.map(({ name }: { name: string }) => name)
  }

  it('is in the order in which they were saved, and pages out completely', async () => {
    const collected: string[] = []
    for (let cursor: string | null = ''; cursor !== null; ) {
      const { body }: Answer = await service.get(`/v1/queries?limit=2${cursor === '' ? '' : `&cursor=${cursor}`}`)
      assert.ok(body.items.length <= 2)
      collected.push(...body.items.map(({ name }: { name: string }) => name))
      cursor = body.next
    }
    assert.deepEqual(collected, [...names, 'Picky'])
  })

  it('keeps its filters in the address of the next page', async () => {
    const page = await service.get('/v1/queries?name=sand&limit=1')
    const link = /<([^>]+)>; rel="next"/.exec(page.headers.get('link') ?? '')?.[1] ?? ''
    assert.deepEqual(await namesAt(link), ['sandstorm'])
  })

  it('is filtered by broker, and by what a name contains, in any case and to the letter', async () => {
    assert.deepEqual(await namesAt('/v1/queries?brokerId=picky-broker'), ['Picky'])
    assert.deepEqual(await namesAt('/v1/queries?name=SAND'), ['Sand', 'sandstorm', '100% sand_'])
    assert.deepEqual(await namesAt('/v1/queries?name=%25'), ['100% sand_'])
    assert.deepEqual(await namesAt('/v1/queries?name=_'), ['100% sand_'])
    assert.deepEqual(await namesAt('/v1/queries?name=%5C'), ['a\\b'])
    assert.deepEqual(await namesAt(`/v1/queries?name=${encodeURIComponent('é')}`), ['É'])
    assert.deepEqual(await namesAt('/v1/queries?name=sand&brokerId=picky-broker'), [])
  })

  it('refuses the cursor of another list', async () => {
    const { next } = (await service.get('/v1/brokers?limit=1')).body
    assert.equal((await service.get(`/v1/queries?cursor=${next}`)).status, 422)
  })
})
