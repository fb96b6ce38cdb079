import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import fc from 'fast-check'
import { separation } from '../../src/domain/sky.ts'
import { insertAlertRows } from '../helpers/alert-rows.ts'
import { type Service, startService } from '../helpers/service.ts'
import { declinations, rightAscensions } from '../helpers/sky.ts'

let service: Service
const placed: { name: string; ra: number; dec: number }[] = []
before(async () => {
  service = await startService()
  const positions = fc.sample(fc.record({ ra: rightAscensions, dec: declinations }), 300)
  for (const [n, position] of positions.entries()) placed.push({ name: `${n % 2 ? 'B' : 'b'} ${n}`, ...position })
  const items = placed.map(target => ({ ...target, type: 'SIDEREAL', onMatch: 'create' }))
  const { body } = await service.post('/v1/targets/batch', { items })
  assert.equal(body.created, placed.length)
})
after(() => service.close())

interface Listed {
  readonly id: string
  readonly name: string
  readonly separation: number | null
  readonly createdAt: string
  readonly modifiedAt: string
}

async function pages(query: string): Promise<Listed[]> {
  const all: Listed[] = []
  let cursor = ''
  for (;;) {
    const { status, body, text } = await service.get(`/v1/targets?limit=70&${query}${cursor}`)
    assert.equal(status, 200, text)
    all.push(...body.items)
    if (body.next === null) return all
    cursor = `&cursor=${body.next}`
  }
}

const namesOf = (items: readonly { name: string }[]) => items.map(({ name }) => name)

describe('the order of targets', () => {
  it('shows each once, in every order, forwards and backwards', async () => {
    for (const sort of ['created', 'modified', 'name']) {
      const [up, down] = [await pages(`sort=${sort}`), await pages(`sort=-${sort}`)]
      assert.equal(new Set(up.map(({ id }) => id)).size, placed.length)
      assert.deepEqual(down, up.toReversed())
    }
    const keys = namesOf(await pages('sort=name')).map(name => name.toLowerCase().replace(' ', ''))
    assert.deepEqual(keys, keys.toSorted())
    assert.deepEqual(await pages(''), await pages('sort=-created'))
  })

  it('by separation begins at the centre of the cone, and tells it', async () => {
    const centre = { ra: 0, dec: 90 }
    const items = await pages('ra=0&dec=90&radius=36000&sort=separation')
    const expected = placed.map(place => separation(place, centre)).filter(angle => angle <= 36_000)
    assert.deepEqual(
      items.map(item => Math.round((item.separation ?? 0) * 1e4)),
      expected.toSorted((a, b) => a - b).map(angle => Math.round(angle * 1e4))
    )
    assert.ok(items.length > 70)
    const answer = await service.get('/v1/targets?sort=separation')
    assert.deepEqual([answer.status, answer.body.errors[0].pointer], [422, '/sort'])
  })

  it('is not disturbed by targets that are made meanwhile', async () => {
    const first = await service.get('/v1/targets?limit=5&sort=name')
    const rest = await service.get(`/v1/targets?limit=5&sort=name&cursor=${first.body.next}`)
    const made = await service.post('/v1/targets', { name: 'A early one', type: 'SIDEREAL', ra: 77, dec: 7 })
    const again = await service.get(`/v1/targets?limit=5&sort=name&cursor=${first.body.next}`)
    assert.deepEqual(namesOf(again.body.items), namesOf(rest.body.items))
    await service.delete(`/v1/targets/${made.body.id}`, { 'if-match': '*' })
  })

  it('refuses the cursor of another order, and garbage in one', async () => {
    const { body } = await service.get('/v1/targets?limit=5&sort=name')
    assert.equal((await service.get(`/v1/targets?limit=5&cursor=${body.next}`)).status, 422)
    const never = ['targets', '-created', '2026-99-99T99:99:99.000Z', '019a5c1e-7d3a-7c4e-9b1f-2f6f0f7a1c11']
    assert.equal((await service.get(`/v1/targets?cursor=${Buffer.from(JSON.stringify(never)).toString('base64url')}`)).status, 422)
  })
})

describe('the filters of targets', () => {
  it('find in a box what lies in it, also across right ascension 0 and at the poles', async () => {
    for (const [raMin, raMax, decMin, decMax] of [
      [10, 200, -30, 60],
      [359, 1, -90, 90],
      [0, 360, 89.9, 90],
      [350, 10, -1, 1]
    ] as const) {
      const found = await pages(`raMin=${raMin}&raMax=${raMax}&decMin=${decMin}&decMax=${decMax}`)
      const isWithin = (ra: number) => (raMin <= raMax ? ra >= raMin && ra <= raMax : ra >= raMin || ra <= raMax)
      const expected = placed.filter(({ ra, dec }) => isWithin(ra) && dec >= decMin && dec <= decMax)
      assert.deepEqual(namesOf(found).sort(), namesOf(expected).sort())
    }
  })

  it('read positions in sexagesimal text, also those of alerts', async () => {
    const [alertId] = await insertAlertRows(service.database.pool, [{ name: 'Sexagesimal', ra: 8.98625, dec: -20.5 }])
    const target = await service.post('/v1/targets', { alertId })
    for (const place of [
      'ra=00:35:56.7&dec=-20:30:00',
      'ra=00h35m56.7s&dec=-20d30m00s',
      'ra=00%2035%2056.7&dec=-20.5',
      'ra=8.98625&dec=-20+30+0'
    ]) {
      const { body } = await service.get(`/v1/targets?${place}&radius=1`)
      assert.deepEqual(namesOf(body.items), ['Sexagesimal'], place)
      assert.equal((await service.get(`/v1/alerts?${place}&radius=1`)).body.items.length, 1)
    }
    const box = await service.get('/v1/targets?raMin=00:35:56&raMax=00:35:57&decMin=-20:30:01&decMax=-20:29:59')
    assert.deepEqual(namesOf(box.body.items), ['Sexagesimal'])
    const path = `/v1/targets/${target.body.id}`
    const edited = await service.patch(path, { ra: '12:00:00', dec: '+01:00:00' }, { 'if-match': '*' })
    assert.deepEqual([edited.body.ra, edited.body.dec], [180, 1])
    const wrong = await service.patch(path, { ra: '24:00:00' }, { 'if-match': '*' })
    assert.deepEqual([wrong.status, wrong.body.errors[0].pointer], [422, '/ra'])
  })

  it('find what came from a broker, is on a list, was made or changed when', async () => {
    const [alertId] = await insertAlertRows(service.database.pool, [{ brokerId: 'rare', name: 'Rare', ra: 55, dec: 5 }])
    const { id, createdAt } = (await service.post('/v1/targets', { alertId })).body
    assert.deepEqual(namesOf(await pages('brokerId=rare')), ['Rare'])
    const list = (await service.post('/v1/target-lists', { name: 'Filtered' })).body.id
    await service.post(`/v1/target-lists/${list}/targets`, { add: [id] })
    assert.deepEqual(namesOf(await pages(`list=${list}`)), ['Rare'])
    assert.deepEqual(namesOf(await pages(`list=${list}&brokerId=other`)), [])
    assert.ok(namesOf(await pages(`createdAfter=${createdAt}`)).includes('Rare'))
    assert.ok(!namesOf(await pages(`createdBefore=${createdAt}`)).includes('Rare'))
    const { modifiedAt } = (await service.patch(`/v1/targets/${id}`, { parallax: 1 }, { 'if-match': '*' })).body
    assert.deepEqual(namesOf(await pages(`modifiedAfter=${modifiedAt}`)), ['Rare'])
    assert.ok(!namesOf(await pages(`modifiedBefore=${modifiedAt}`)).includes('Rare'))
    await service.database.pool.query(
      `INSERT INTO "PhotometryPoint" (id, "targetId", key, timestamp, kind, told, "runId") VALUES ($1, $1, '\\x00', now(), 'detection', '{}', $1)`,
      [id]
    )
    assert.deepEqual(namesOf(await pages('hasPhotometry=true')), ['Rare'])
    assert.ok(!namesOf(await pages('hasPhotometry=false')).includes('Rare'))
  })

  it('refuse what does not fit, and say where', async () => {
    const wrong: [string, string][] = [
      ['raMin=1', '/raMax'],
      ['raMin=1&raMax=2&decMin=2&decMax=1', '/decMax'],
      ['raMin=x&raMax=2&decMin=1&decMax=1', '/raMin'],
      ['ra=360&dec=0&radius=1', '/ra'],
      ['ra=1&dec=-91&radius=1', '/dec'],
      ['ra=12:60:00&dec=0&radius=1', '/ra'],
      ['createdAfter=yesterday', '/createdAfter'],
      ['createdAfter=2026-01-02T00:00:00Z&createdBefore=2026-01-01T23:59:59.999Z', '/createdAfter'],
      ['modifiedAfter=2026-01-02T00:00:00.001Z&modifiedBefore=2026-01-02T00:00:00Z', '/modifiedAfter'],
      ['sort=colour', '/sort'],
      ['list=x', '/list']
    ]
    for (const [query, pointer] of wrong) {
      const answer = await service.get(`/v1/targets?${query}`)
      assert.equal(answer.status, 422, query)
      assert.equal(answer.body.errors[0].pointer, pointer)
      if (!query.startsWith('sort=')) assert.equal((await service.get(`/v1/targets.csv?${query}`)).status, 422, query)
    }
    const instant = '2026-01-02T00:00:00Z'
    assert.deepEqual(await pages(`createdAfter=${instant}&createdBefore=${instant}`), [])
  })
})
