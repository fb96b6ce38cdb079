import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { timeOfUuid } from '../../src/domain/uuid.ts'
import { type Answer, type Service, startService } from '../helpers/service.ts'

const tatooine = { brokerId: 'my-broker', parameters: { targetName: 'Tatooine' } }

describe('runs listed by time', () => {
  let service: Service
  let queryId: string
  const runs: Answer['body'][] = []
  before(async () => {
    service = await startService()
    queryId = (await service.post('/v1/queries', { name: 'Sand', ...tatooine })).body.id
    for (const path of ['/v1/runs', `/v1/queries/${queryId}/runs`, '/v1/runs', `/v1/queries/${queryId}/runs`]) {
      runs.push((await service.post(path, path === '/v1/runs' ? tatooine : undefined, { prefer: 'wait=30' })).body)
    }
  })
  after(() => service.close())

  const numbersOf = ({ items }: Answer['body']) => items.map(({ id }: { id: string }) => runs.findIndex(run => run.id === id))
  const list = async (query: string) => numbersOf((await service.get(`/v1/runs?${query}`)).body)
  const at = (index: number): string => runs[index].createdAt

  it('begin with those made at the first instant, and end before the second, newest first', async () => {
    assert.deepEqual(await list(`createdAfter=${at(1)}`), [3, 2, 1])
    assert.deepEqual(await list(`createdBefore=${at(1)}`), [0])
    assert.deepEqual(await list(`createdAfter=${at(1)}&createdBefore=${at(3)}`), [2, 1])
    assert.deepEqual(await list(`createdAfter=${at(1)}&createdBefore=${at(1)}`), [])
    assert.deepEqual(await list('createdBefore=1900-01-01T00:00:00Z'), [])
    assert.deepEqual(await list('createdAfter=2999-12-31T23:59:59Z'), [])
  })

  it('are those of the query, broker and state that are asked for as well', async () => {
    assert.deepEqual(await list(`createdBefore=${at(3)}&queryId=${queryId}`), [1])
    assert.deepEqual(await list(`createdAfter=${at(1)}&brokerId=my-broker&status=${runs[0].status}`), [3, 2, 1])
    assert.deepEqual(await list(`createdAfter=${at(1)}&status=cancelled`), [])
    const ofQuery = await service.get(`/v1/queries/${queryId}/runs?createdAfter=${at(2)}&status=${runs[0].status}&brokerId=my-broker`)
    assert.deepEqual(numbersOf(ofQuery.body), [3])
  })

  it('come page by page', async () => {
    const range = `createdAfter=${at(0)}&createdBefore=${at(3)}&limit=2`
    const first = (await service.get(`/v1/runs?${range}`)).body
    const second = (await service.get(`/v1/runs?${range}&cursor=${first.next}`)).body
    assert.deepEqual([numbersOf(first), numbersOf(second), second.next], [[2, 1], [0], null])
  })

  it('are in the order in which PostgreSQL saw them made, which their ids tell', () => {
    for (const { id, createdAt } of runs) assert.equal(new Date(timeOfUuid(id)).toISOString(), createdAt)
  })

  it('are refused between times that are none, or the wrong way round', async () => {
    for (const query of ['createdAfter=yesterday', `createdAfter=${at(1)}&createdBefore=${at(0)}`]) {
      for (const path of ['/v1/runs', `/v1/queries/${queryId}/runs`]) {
        const { status, body } = await service.get(`${path}?${query}`)
        assert.deepEqual([status, body.errors[0].pointer], [422, '/createdAfter'], `${path}?${query}`)
      }
    }
  })

  it('may be none for a query that is gone but has a history, and that is no 404', async () => {
    assert.equal((await service.delete(`/v1/queries/${queryId}`, { 'if-match': '*' })).status, 204)
    const { status, body } = await service.get(`/v1/queries/${queryId}/runs?status=cancelled`)
    assert.deepEqual([status, body.items], [200, []])
    assert.equal((await service.get('/v1/queries/019a5c1e-7d3a-7c4e-9b1f-2f6f0f7a1c11/runs?status=cancelled')).status, 404)
  })
})
