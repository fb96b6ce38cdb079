import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { type Service, startService } from '../helpers/service.ts'
import { recordStatements } from '../helpers/statements.ts'

let service: Service
before(async () => {
  service = await startService()
})
after(() => service.close())

const unknown = '019a5c1e-7d3a-7c4e-9b1f-2f6f0f7a1c11'
let made = 0
async function makeTargets(count: number, terms: object = {}): Promise<string[]> {
  const items = Array.from({ length: count }, () => {
    made += 1
    return { name: `Listed ${made}`, type: 'SIDEREAL', ra: (made * 0.01) % 360, dec: 0 }
  })
  const { body } = await service.post('/v1/targets/batch', { ...terms, items })
  assert.equal(body.created, count)
  return body.items.map(({ targetId }: { targetId: string }) => targetId)
}

async function makeList(name: string) {
  const answer = await service.post('/v1/target-lists', { name })
  assert.equal(answer.status, 201, answer.text)
  return { id: answer.body.id, path: `/v1/target-lists/${answer.body.id}`, etag: answer.headers.get('etag') ?? '' }
}

const membersOf = async (listId: string) =>
  new Set((await service.get(`/v1/targets?list=${listId}&limit=500`)).body.items.map(({ id }: { id: string }) => id))

describe('target lists', () => {
  it('are made, read, edited and deleted; their targets stay', async () => {
    const { path, etag, id } = await makeList('Tonight')
    const read = await service.get(path)
    assert.deepEqual([read.body.name, read.body.description, read.body.size, read.body.createdBy], ['Tonight', '', 0, 'local'])
    assert.equal(read.headers.get('etag'), etag)
    const edited = await service.patch(path, { name: 'Tomorrow', description: 'clouds' }, { 'if-match': etag })
    assert.deepEqual([edited.status, edited.body.name, edited.body.description], [200, 'Tomorrow', 'clouds'])
    assert.equal((await service.patch(path, { name: 'Late' }, { 'if-match': etag })).status, 412)
    assert.equal((await service.patch(path, { name: 'Late' })).status, 428)
    const [target = ''] = await makeTargets(1, { listId: id })
    assert.equal((await service.delete(path, { 'if-match': '*' })).status, 204)
    assert.equal((await service.get(path)).status, 404)
    assert.equal((await service.delete(path, { 'if-match': '*' })).status, 404)
    assert.equal((await service.get(`/v1/targets/${target}`)).status, 200)
  })

  it('have one name each, of which there is one only', async () => {
    const { path } = await makeList('Unique')
    await makeList('Other')
    assert.equal((await service.post('/v1/target-lists', { name: 'Unique' })).status, 409)
    assert.equal((await service.patch(path, { name: 'Other' }, { 'if-match': '*' })).status, 409)
    assert.equal((await service.patch(path, { name: 'Unique' }, { 'if-match': '*' })).status, 200)
    const answers = await Promise.all(Array.from({ length: 20 }, () => service.post('/v1/target-lists', { name: 'Raced' })))
    assert.deepEqual(answers.map(({ status }) => status).sort(), [201, ...Array(19).fill(409)])
    for (const name of ['', ' ', 'a,b', ' a', 'a ', 'x'.repeat(201), '\u200b', 'a\u200b', 'a\nb', 'a\u0007', 'a\u0085b']) {
      assert.equal((await service.post('/v1/target-lists', { name })).status, 422, name)
    }
  })

  it('are found by part of their name and by what they have', async () => {
    const [one, two] = [await makeList('La Silla 50%'), await makeList('la silla 2')]
    const [target = ''] = await makeTargets(1)
    await service.post(`${two.path}/targets`, { add: [target] })
    const idsOf = async (query: string) => (await service.get(`/v1/target-lists?${query}`)).body.items.map(({ id }: { id: string }) => id)
    assert.deepEqual(await idsOf('name=silla'), [one.id, two.id])
    assert.deepEqual(await idsOf('name=50%25'), [one.id])
    assert.deepEqual(await idsOf(`targetId=${target}`), [two.id])
    const page = await service.get('/v1/target-lists?name=silla&limit=1')
    assert.deepEqual(await idsOf(`name=silla&limit=1&cursor=${page.body.next}`), [two.id])
  })

  it('get and lose targets, and tell what has changed', async () => {
    const { path, id } = await makeList('Members')
    const [a = '', b = '', c = ''] = await makeTargets(3)
    assert.deepEqual((await service.post(`${path}/targets`, { add: [a, b, a, unknown] })).body, {
      added: 2,
      removed: 0,
      unknown: [unknown]
    })
    assert.deepEqual((await service.post(`${path}/targets`, { add: [b, c], remove: [a, unknown] })).body, {
      added: 1,
      removed: 1,
      unknown: []
    })
    assert.deepEqual(await membersOf(id), new Set([b, c]))
    assert.equal((await service.get(path)).body.size, 2)
    assert.deepEqual((await service.post(`${path}/targets`, { add: [b], remove: [b] })).body, { added: 0, removed: 1, unknown: [] })
    await service.delete(`/v1/targets/${c}`, { 'if-match': '*' })
    assert.equal((await service.get(path)).body.size, 0)
    assert.equal((await service.post(`/v1/target-lists/${unknown}/targets`, { add: [b] })).status, 404)
    assert.equal((await service.post(`${path}/targets`, {})).status, 422)
  })

  it('get 10,000 targets in one statement, and as many clients as want to add the same ones', async context => {
    const { path } = await makeList('Many')
    const ids = await makeTargets(10_000)
    const statements = recordStatements(context)
    const answer = await service.post(`${path}/targets`, { add: ids })
    assert.equal(answer.body.added, 10_000)
    assert.ok(statements.length <= 4, `${statements.length} statements`)
    const other = await makeList('Raced members')
    const some = ids.slice(0, 1000)
    const add = (n: number) => service.post(`${other.path}/targets`, { add: n % 2 ? some : some.toReversed() })
    const answers = await Promise.all(Array.from({ length: 10 }, (_, n) => add(n)))
    for (const { status, text } of answers) assert.equal(status, 200, text)
    assert.equal(
      answers.reduce((sum, { body }) => sum + body.added, 0),
      1000
    )
  })

  it('are filled as targets are made, new ones and those that were there', async () => {
    const { id } = await makeList('Created')
    const star = { name: 'Into a list', type: 'SIDEREAL', ra: 200, dec: 50 }
    const first = await service.post('/v1/targets', { ...star, listId: id })
    assert.equal(first.status, 201, first.text)
    const { id: second } = await makeList('Linked')
    assert.equal((await service.post('/v1/targets', { ...star, listId: second })).status, 200)
    assert.deepEqual(await membersOf(second), new Set([first.body.id]))
    const { body } = await service.post('/v1/targets/batch', { listId: id, items: [star, { ...star, ra: 201, name: 'B', listId: second }] })
    assert.deepEqual([body.linked, body.created], [1, 1])
    assert.equal((await membersOf(second)).size, 2)
    const wrong = await service.post('/v1/targets', { ...star, listId: unknown })
    assert.deepEqual([wrong.status, wrong.body.errors[0].pointer], [422, '/listId'])
  })
})
