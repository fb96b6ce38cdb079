import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { insertAlertRows } from '../helpers/alert-rows.ts'
import { type Answer, type Service, startService } from '../helpers/service.ts'
import { offset } from '../helpers/sky.ts'

const clients = 40

describe('many clients at once', () => {
  let service: Service
  before(async () => {
    service = await startService()
  })
  after(() => service.close())

  const atOnce = (requestOf: (client: number) => Promise<Answer>) => Promise.all(Array.from({ length: clients }, (_, n) => requestOf(n)))
  const countTargets = async () => (await service.database.pool.query('SELECT count(*)::int AS count FROM "Target"')).rows[0].count

  function assertOneTarget(answers: Answer[]): string {
    assert.deepEqual(answers.map(({ status }) => status).sort(), [...Array(clients - 1).fill(200), 201])
    const ids = new Set(answers.map(({ body }) => body.id))
    assert.equal(ids.size, 1)
    const [id] = ids
    return id
  }

  it('make one target of two spellings of a name', async () => {
    const before = await countTargets()
    const answers = await atOnce(n =>
      service.post('/v1/targets', { name: n % 2 ? 'SN 2024abc' : 'sn-2024ABC', type: 'SIDEREAL', ra: 10, dec: 10 + n / 360_000 })
    )
    const id = assertOneTarget(answers)
    assert.equal(await countTargets(), before + 1)
    assert.deepEqual((await service.get(`/v1/targets/${id}`)).body.aliases, [])
  })

  it('make one target of different names within 0.3 arcsec, wherever that is on the sky', async () => {
    const places = [
      { ra: 20, dec: 20 },
      { ra: 0, dec: 0 },
      { ra: 45, dec: 41.8103148 },
      { ra: 123, dec: 90 },
      { ra: 90, dec: -90 }
    ]
    for (const [index, place] of places.entries()) {
      const before = await countTargets()
      const answers = await atOnce(n =>
        service.post('/v1/targets', {
          name: `Place ${index} by ${n}`,
          type: 'SIDEREAL',
          ...offset(place, { distance: 0.15, bearing: n * 9 })
        })
      )
      const id = assertOneTarget(answers)
      assert.equal(await countTargets(), before + 1)
      const { name, aliases } = (await service.get(`/v1/targets/${id}`)).body
      assert.equal(new Set([name, ...aliases]).size, clients)
    }
  })

  it('make one target of one alert, and link it once', async () => {
    const [alertId] = await insertAlertRows(service.database.pool, [{ name: 'Popular', ra: 30, dec: 30 }])
    const id = assertOneTarget(await atOnce(() => service.post('/v1/targets', { alertId })))
    assert.equal((await service.get(`/v1/targets/${id}/alerts`)).body.items.length, 1)
  })

  it('never deadlock over names and places that overlap', async () => {
    const post = (n: number) =>
      service.post('/v1/targets', {
        name: `Ring ${n % 7}`,
        aliases: [`Ring ${(n + 3) % 7}`, `Ring ${(n + 5) % 7}`],
        type: 'SIDEREAL',
        ...offset({ ra: 40, dec: 40 }, { distance: (n % 5) * 1.5, bearing: 90 })
      })
    for (const { status, text } of await atOnce(post)) assert.ok([200, 201, 409].includes(status), text)
    for (const { status, text } of await atOnce(post)) assert.ok([200, 409].includes(status), text)
  })

  it('never get a 500 when one renames, one deletes and others make the same target', async () => {
    for (let round = 0; round < 5; round++) {
      const [one, two] = [`Round ${round} one`, `Round ${round} two`]
      const made = await service.post('/v1/targets', { name: one, type: 'SIDEREAL', ra: 50 + round, dec: 50 })
      const path = `/v1/targets/${made.body.id}`
      const answers = await atOnce(n => {
        if (n === 20) return service.delete(path, { 'if-match': '*' })
        if (n % 4 === 0) return service.patch(path, { name: n % 8 ? one : two }, { 'if-match': '*' })
        if (n % 4 === 1) return service.post(`${path}/names`, { name: two })
        return service.post('/v1/targets', { name: n % 2 ? one : two, type: 'SIDEREAL', ra: 50 + round, dec: 50 + (n % 3) / 360_000 })
      })
      for (const { status, text } of answers) assert.ok(status < 500, text)
      const found = await service.get(`/v1/targets?ra=${50 + round}&dec=50&radius=5`)
      assert.ok(found.body.items.length <= 1, found.text)
    }
  })
})
