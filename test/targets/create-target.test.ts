import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { insertAlertRows } from '../helpers/alert-rows.ts'
import { type Service, startService } from '../helpers/service.ts'
import { recordStatements } from '../helpers/statements.ts'

let service: Service
before(async () => {
  service = await startService()
})
after(() => service.close())

const star = (name: string, place: object = {}) => ({ name, type: 'SIDEREAL', ra: 100, dec: 10, ...place })
const storeAlert = async (draft: Parameters<typeof insertAlertRows>[1][number]) =>
  (await insertAlertRows(service.database.pool, [draft]))[0]

async function make(body: object, expected = 201) {
  const answer = await service.post('/v1/targets', body)
  assert.equal(answer.status, expected, answer.text)
  return answer.body
}

describe('POST /v1/targets of an alert', () => {
  it('makes a target of what the alert says, and the alert tells of it', async () => {
    const alertId = await storeAlert({ name: 'Tatooine', ra: 32, dec: -20, mag: 8, score: 20 })
    const answer = await service.post('/v1/targets', { alertId })
    assert.equal(answer.status, 201)
    const { id, name, type, ra, dec, match, aliases, createdBy } = answer.body
    assert.deepEqual(
      { name, type, ra, dec, match, aliases, createdBy },
      { name: 'Tatooine', type: 'SIDEREAL', ra: 32, dec: -20, match: null, aliases: [], createdBy: 'local' }
    )
    assert.equal(answer.headers.get('location'), `/v1/targets/${id}`)
    assert.equal(answer.headers.get('etag'), (await service.get(`/v1/targets/${id}`)).headers.get('etag'))
    assert.equal((await service.get(`/v1/alerts/${alertId}`)).body.targetId, id)
  })

  it('answers a second time with the same target, even when the target has moved and lost the name since', async () => {
    const alertId = await storeAlert({ name: 'Hoth', ra: 33, dec: -21 })
    const first = await make({ alertId })
    assert.deepEqual((await make({ alertId }, 200)).match, { rule: 'alert', separation: 0, targetId: first.id })
    await service.patch(`/v1/targets/${first.id}`, { name: 'Ice', ra: 35 }, { 'if-match': '*' })
    const names = await service.get(`/v1/targets/${first.id}/names`)
    const { id } = names.body.items.find(({ name }: { name: string }) => name === 'Hoth')
    assert.equal((await service.delete(`/v1/targets/${first.id}/names/${id}`, { 'if-match': '*' })).status, 204)
    const again = await make({ alertId }, 200)
    assert.equal(again.id, first.id)
    assert.deepEqual([again.name, again.aliases], ['Ice', []])
  })

  it('works at ra 0 and dec 0', async () => {
    const target = await make({ alertId: await storeAlert({ name: 'Origin', ra: 0, dec: 0 }) })
    assert.deepEqual([target.ra, target.dec], [0, 0])
    const match = await make(star('Origin from the other side', { ra: 359.9998, dec: 0 }), 200)
    assert.equal(match.id, target.id)
    assert.ok(Math.abs(match.match.separation - 0.72) < 1e-6)
  })

  it('links another alert of the same object and keeps copies of both', async () => {
    const [first, second] = await insertAlertRows(service.database.pool, [
      { name: 'ZTF21aaxtctv', ra: 50, dec: 5, raw: '{"candid": 170587116732416143, "mag": 1.50}', brokerAlertId: '170587116732416143' },
      { name: 'SN 2021abc', ra: 50.0001, dec: 5 }
    ])
    const target = await make({ alertId: first })
    const linked = await make({ alertId: second }, 200)
    assert.equal(linked.id, target.id)
    assert.equal(linked.match.rule, 'position')
    assert.deepEqual(linked.aliases, ['SN 2021abc'])
    assert.deepEqual([linked.ra, linked.dec], [50, 5])
    const page = await service.get(`/v1/targets/${target.id}/alerts?limit=1`)
    assert.equal(page.body.items[0].alertId, second)
    const rest = await service.get(`/v1/targets/${target.id}/alerts?limit=1&cursor=${page.body.next}`)
    assert.equal(rest.body.next, null)
    assert.equal(rest.body.items[0].generic.id, '170587116732416143')
    await service.database.pool.query('DELETE FROM "Alert" WHERE id = $1', [first])
    assert.equal((await service.get(`/v1/alerts/${first}/raw`)).status, 404)
    const raw = await service.get(`/v1/targets/${target.id}/alerts/${first}/raw`)
    assert.equal(raw.text, '{"candid": 170587116732416143, "mag": 1.50}')
  })

  it('refuses an alert without a position, because a sidereal target needs one', async () => {
    const answer = await service.post('/v1/targets', { alertId: await storeAlert({ name: 'GCN notice', ra: null, dec: null }) })
    assert.equal(answer.status, 422)
    assert.deepEqual(
      answer.body.errors.map(({ pointer }: { pointer: string }) => pointer),
      ['/alertId', '/alertId']
    )
    assert.match(answer.body.detail, /makes no target: ra is required/)
  })

  it('refuses an alert that it does not have', async () => {
    const answer = await service.post('/v1/targets', { alertId: '019a5c1e-7d3a-7c4e-9b1f-2f6f0f7a1c11' })
    assert.equal(answer.status, 422)
    assert.deepEqual(answer.body.errors, [{ pointer: '/alertId', message: 'must be a stored alert' }])
  })

  it('works for the alert of a broker that is no longer installed', async () => {
    assert.equal((await make({ alertId: await storeAlert({ brokerId: 'gone', name: 'Alderaan', ra: 1, dec: 1 }) })).name, 'Alderaan')
  })
})

describe('POST /v1/targets that finds a match', () => {
  it('links two spellings of one name', async () => {
    const target = await make(star('SN 2024abc', { ra: 200 }))
    const linked = await make(star('sn-2024ABC', { ra: 200.001 }), 200)
    assert.equal(linked.id, target.id)
    assert.equal(linked.match.rule, 'name')
    assert.ok(Math.abs(linked.match.separation - 3.545) < 0.01)
    assert.deepEqual([linked.name, linked.aliases, linked.ra], ['SN 2024abc', [], 200])
  })

  it('rejects on demand, with all matches', async () => {
    const target = await make(star('Rejected', { ra: 201 }))
    const answer = await service.post('/v1/targets', { ...star('another name', { ra: 201 }), onMatch: 'reject' })
    assert.equal(answer.status, 409)
    assert.deepEqual(answer.body.matches, [{ rule: 'position', separation: 0, targetId: target.id, name: 'Rejected' }])
  })

  it('creates in spite of the position on demand, but never one of an equal name', async () => {
    const target = await make(star('Castor A', { ra: 202 }))
    const other = await make({ ...star('Castor B', { ra: 202 }), onMatch: 'create' })
    assert.notEqual(other.id, target.id)
    assert.equal(other.match, null)
    assert.equal((await service.post('/v1/targets', { ...star('castor-a', { ra: 202 }), onMatch: 'create' })).status, 409)
    const several = await service.post('/v1/targets', star('Castor', { ra: 202 }))
    assert.equal(several.status, 409)
    assert.equal(several.body.matches.length, 2)
  })

  it('refuses when the name is of one target and the position of another', async () => {
    const [named, placed] = [await make(star('By name', { ra: 203 })), await make(star('By place', { ra: 203.01 }))]
    const answer = await service.post('/v1/targets', star('by_name', { ra: 203.01 }))
    assert.equal(answer.status, 409)
    const targets = answer.body.matches.map(({ rule, targetId }: { rule: string; targetId: string }) => [rule, targetId])
    assert.deepEqual(targets, [
      ['name', named.id],
      ['position', placed.id]
    ])
  })

  it('refuses a namesake more than 60 arcsec away', async () => {
    await make(star('Far', { ra: 204 }))
    const answer = await service.post('/v1/targets', star('far', { ra: 205 }))
    assert.equal(answer.status, 409)
    assert.match(answer.body.detail, /arcsec away/)
    assert.equal(answer.body.matches.length, 1)
  })

  it('finds a namesake by any of its names and by any of the new ones', async () => {
    const target = await make({ ...star('First', { ra: 206 }), aliases: ['Second', 'second', 'FIRST'] })
    assert.deepEqual(target.aliases, ['Second'])
    const linked = await make({ ...star('Third', { ra: 206.01 }), aliases: ['SECOND'] }, 200)
    assert.equal(linked.id, target.id)
    assert.deepEqual(linked.aliases, ['Second', 'Third'])
  })

  it('sees neighbours at a pole', async () => {
    const target = await make(star('Polar', { ra: 10, dec: 89.9999 }))
    assert.equal((await make(star('Polar too', { ra: 190, dec: 89.9999 }), 200)).id, target.id)
    await make(star('South', { ra: 10, dec: -90 }))
    assert.equal((await make(star('South too', { ra: 250, dec: -90 }), 200)).match.rule, 'position')
  })
})

describe('POST /v1/targets that describes a target', () => {
  const orbit = { type: 'NON_SIDEREAL', epochOfElements: 0, inclination: 0, lngAscNode: 0, argOfPerihelion: 0, eccentricity: 0 }
  const forms = {
    MPC_COMET: { perihdist: 0, epochOfPerihelion: 0 },
    MPC_MINOR_PLANET: { meanAnomaly: 0, semimajorAxis: 0 },
    JPL_MAJOR_PLANET: { meanDailyMotion: 0, meanAnomaly: 0, semimajorAxis: 0 }
  }

  it('takes every field of a sidereal target, and extras of three types', async () => {
    const known = { epoch: 2000, parallax: 0, pmRa: -1.5, pmDec: 2, galacticLng: 0, galacticLat: -90, distance: 10, distanceErr: 0 }
    const extras = { host: 'NGC 1234', redshift: 0, confirmed: false }
    const made = await make({ ...star('Complete', { ra: 300 }), ...known, permissions: 'OPEN', extras })
    const { body } = await service.get(`/v1/targets/${made.id}`)
    assert.deepEqual({ ...body, match: null }, made)
    for (const [field, value] of Object.entries(known)) assert.equal(body[field], value, field)
    assert.deepEqual(body.extras, extras)
    assert.equal(body.permissions, 'OPEN')
    assert.equal(typeof body.number, 'number')
  })

  it('takes the elements of an orbit, with 0 as a value', async () => {
    for (const [scheme, elements] of Object.entries(forms)) {
      const made = await make({ name: `Orbit ${scheme}`, scheme, ...orbit, ...elements, absMag: 3 })
      assert.deepEqual([made.scheme, made.type, made.ra, made.eccentricity, made.absMag], [scheme, 'NON_SIDEREAL', null, 0, 3])
    }
  })

  it('wants what the scheme of an orbit needs', async () => {
    for (const [scheme, elements] of Object.entries(forms)) {
      for (const field of Object.keys({ ...orbit, ...elements }).filter(name => name !== 'type')) {
        const answer = await service.post('/v1/targets', { name: 'Incomplete', scheme, ...orbit, ...elements, [field]: undefined })
        assert.equal(answer.status, 422)
        assert.deepEqual(answer.body.errors, [{ pointer: `/${field}`, message: 'is required' }])
        assert.equal((await service.post('/v1/targets', { name: 'Incomplete', scheme, ...orbit, ...elements, [field]: null })).status, 422)
      }
    }
  })

  it('takes an eccentricity above 0.9 for a comet only', async () => {
    const round = (scheme: keyof typeof forms) => ({ name: `Long ${scheme}`, scheme, ...orbit, ...forms[scheme], eccentricity: 0.91 })
    await make(round('MPC_COMET'))
    const answer = await service.post('/v1/targets', round('MPC_MINOR_PLANET'))
    assert.deepEqual(answer.body.errors, [{ pointer: '/eccentricity', message: 'must be <= 0.9 unless scheme is MPC_COMET' }])
  })

  it('refuses what does not fit, and says where', async () => {
    const wrong: [object | undefined, string][] = [
      [star('Unknown field', { colour: 'red' }), '/colour'],
      [star('Unknown field', { eccentricity: 0.1 }), '/eccentricity'],
      [star('Off the sky', { ra: 360 }), '/ra'],
      [star('Off the sky', { dec: -90.1 }), '/dec'],
      [star('As text', { ra: '100' }), '/ra'],
      [star('Too late', { epoch: 2100.5 }), '/epoch'],
      [{ name: 'No place', type: 'SIDEREAL', ra: 0 }, '/dec'],
      [{ name: 'No type', ra: 0, dec: 0 }, '/type'],
      [{ name: 'No scheme', ...orbit }, '/scheme'],
      [star('   '), '/name'],
      [star('Nul \u0000'), '/name'],
      [star('Nested', { extras: { a: { b: 1 } } }), '/extras/a'],
      [star('Wrong', { onMatch: 'merge' }), '/onMatch'],
      [{ alertId: '019a5c1e-7d3a-7c4e-9b1f-2f6f0f7a1c11', name: 'Both' }, '/name'],
      [{ alertId: 7 }, '/alertId'],
      [[], ''],
      [undefined, '']
    ]
    for (const [body, pointer] of wrong) {
      const answer = await service.post('/v1/targets', body)
      assert.equal(answer.status, 422, answer.text)
      assert.ok(
        answer.body.errors.some((error: { pointer: string }) => error.pointer === pointer),
        answer.text
      )
    }
  })

  it('gives the stored answer to a repeated request', async () => {
    const key = { 'idempotency-key': 'make it once' }
    const [first, second] = [
      await service.post('/v1/targets', star('Once', { ra: 310 }), key),
      await service.post('/v1/targets', star('Once', { ra: 310 }), key)
    ]
    assert.deepEqual([second.status, second.text, second.headers.get('location')], [201, first.text, first.headers.get('location')])
    assert.equal((await service.post('/v1/targets', star('Other', { ra: 310 }), key)).status, 422)
  })
})

describe('the cost of POST /v1/targets', () => {
  it('is a constant number of statements, however many targets there are', async context => {
    const statements = recordStatements(context, ({ text }) => /"Target|pg_advisory_xact_lock/.test(text))
    const count = async (body: object, expected: number) => {
      statements.length = 0
      await make(body, expected)
      return statements.length
    }
    const alertId = await storeAlert({ name: 'Counted', ra: 320, dec: 1 })
    const counts = {
      created: await count({ alertId }, 201),
      again: await count({ alertId }, 200),
      linked: await count({ alertId: await storeAlert({ name: 'Counted too', ra: 320, dec: 1 }) }, 200),
      described: await count({ ...star('Counted three', { ra: 321 }), aliases: ['a1', 'a2', 'a3'], extras: { a: 1, b: 2 } }, 201)
    }
    context.diagnostic(JSON.stringify(counts))
    assert.deepEqual(counts, { created: 5, again: 4, linked: 6, described: 3 })
  })
})
