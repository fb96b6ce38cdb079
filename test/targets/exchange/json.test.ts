import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { type Service, startService } from '../../helpers/service.ts'

let service: Service
before(async () => {
  service = await startService()
})
after(() => service.close())

const importJson = (body: string, query = '', to = service) =>
  to.request('POST', `/v1/targets/import.json${query}`, { body, headers: { 'content-type': 'application/json' } })

interface Fault {
  readonly line: number
  readonly column: string | null
  readonly message: string
}

describe('targets as one JSON array', () => {
  it('are exported, imported into an empty database, and exported again to the byte', async t => {
    const other = await startService()
    t.after(() => other.close())
    assert.equal((await service.get('/v1/targets.json')).text, '[]\n')
    const extras = { flag: 'False', zero: 0, no: false, digits: '0', id: '170587116732416143' }
    const items = Array.from({ length: 1001 }, (_, n) => ({ name: `Star ${n}`, type: 'SIDEREAL', ra: n / 5, dec: 0, extras }))
    await service.post('/v1/targets/batch', { items })
    const file = await service.get('/v1/targets.json')
    assert.equal(file.headers.get('content-type'), 'application/json; charset=utf-8')
    assert.equal(file.body.length, 1001)
    assert.deepEqual(file.body[0].extras, extras)
    const answer = await importJson(file.text, '', other)
    assert.deepEqual(answer.body, { lines: 1001, created: 1001, linked: 0, links: [] })
    assert.equal((await other.get('/v1/targets.json')).text, file.text)
    assert.equal((await importJson('[]')).body.lines, 0)
  })

  it('are taken whole or not at all, and every bad one is named by its place', async () => {
    const body = '[{"name":"Good","type":"SIDEREAL","ra":"20:00:00","dec":80}, 3, {"name":"Bad","type":"SIDEREAL","ra":1,"dec":91}]'
    const { status, body: problem } = await importJson(body)
    assert.equal(status, 422)
    assert.deepEqual(
      problem.errors.map(({ line, column }: Fault) => [line, column]),
      [
        [2, null],
        [3, 'dec']
      ]
    )
    assert.equal((await service.get('/v1/targets?name=Good')).body.items.length, 0)
  })

  it('are refused when the array is none, or is broken', async () => {
    const messageOf = async (body: string) => (await importJson(body)).body.errors.map(({ message }: Fault) => message).at(-1)
    assert.equal(await messageOf('{"name":"x"}'), 'must be a JSON array')
    assert.equal(await messageOf(''), 'must be a JSON array')
    assert.equal(await messageOf('[{"name":"x"'), 'the file has JSON that is cut off in the middle of its items')
    assert.equal(await messageOf('[{} {}]'), 'the file has wrong JSON: a comma is missing between two items')
    const asCsv = await service.request('POST', '/v1/targets/import.json', { body: 'name', headers: { 'content-type': 'text/csv' } })
    assert.equal(asCsv.status, 415)
    assert.equal(await messageOf('[] []'), 'there is something around the array')
  })
})
