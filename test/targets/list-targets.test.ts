import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, describe, it } from 'node:test'
import { skyPixel } from '../../src/domain/sky.ts'
import { listTargets } from '../../src/targets/list-store.ts'
import { findCommon } from '../../src/targets/match-store.ts'
import type { TargetSelection } from '../../src/targets/select-store.ts'
import { type Service, startService } from '../helpers/service.ts'
import { planOf, recordStatements } from '../helpers/statements.ts'

let service: Service
before(async () => {
  service = await startService()
})
after(() => service.close())

const everything: TargetSelection = {
  name: undefined,
  type: undefined,
  list: undefined,
  brokerId: undefined,
  hasPhotometry: undefined,
  createdAfter: undefined,
  createdBefore: undefined,
  modifiedAfter: undefined,
  modifiedBefore: undefined,
  cone: null,
  box: null
}

async function insertTargets(count: number): Promise<void> {
  const sky = Array.from({ length: count }, (_, n) => ({
    ra: (n * 137.50776405) % 360,
    dec: (Math.asin((2 * n) / count - 1) * 180) / Math.PI
  }))
  await service.database.pool.query(
    `WITH target AS (
       INSERT INTO "Target" (id, name, type, ra, dec, "skyPixel")
       SELECT gen_random_uuid(), 'Bulk ' || n, CASE WHEN n % 1000 = 0 THEN 'NON_SIDEREAL' ELSE 'SIDEREAL' END, ra, dec, pixel
       FROM unnest($1::float8[], $2::float8[], $3::bigint[]) WITH ORDINALITY AS sky(ra, dec, pixel, n) RETURNING id, name)
     INSERT INTO "TargetName" (id, "targetId", name, "nameKey", "primary")
     SELECT gen_random_uuid(), id, name, lower(replace(name, ' ', '')), true FROM target`,
    [sky.map(({ ra }) => ra), sky.map(({ dec }) => dec), sky.map(({ ra, dec }) => skyPixel(ra, dec).toString())]
  )
  await service.database.pool.query('ANALYZE "Target", "TargetName"')
}

describe('GET /v1/targets', () => {
  it('finds by any name in any spelling, by cone and by type, newest first', async () => {
    const make = async (body: object) => (await service.post('/v1/targets', body)).body.id
    const first = await make({ name: 'SN 2024abc', aliases: ['ZTF24aaaaaaa'], type: 'SIDEREAL', ra: 0, dec: 0 })
    const second = await make({ name: 'Pole', type: 'SIDEREAL', ra: 10, dec: 90 })
    const orbit = {
      epochOfElements: 1,
      inclination: 1,
      lngAscNode: 1,
      argOfPerihelion: 1,
      eccentricity: 0,
      meanAnomaly: 1,
      semimajorAxis: 1
    }
    const third = await make({ name: '(1) Ceres', type: 'NON_SIDEREAL', scheme: 'MPC_MINOR_PLANET', ...orbit })
    const idsOf = async (query: string) => (await service.get(`/v1/targets?${query}`)).body.items.map(({ id }: { id: string }) => id)
    assert.deepEqual(await idsOf(''), [third, second, first])
    for (const name of ['2024ABC', 'at_2024abc', 'ztf24 aaaaaaa']) assert.deepEqual(await idsOf(`name=${name}`), [first])
    assert.deepEqual(await idsOf('name=2024'), [])
    assert.deepEqual(await idsOf('ra=359.9999&dec=0&radius=0.4'), [first])
    assert.deepEqual(await idsOf('ra=200&dec=89.9999&radius=0.4'), [second])
    assert.deepEqual(await idsOf('ra=0&dec=0&radius=36000&type=NON_SIDEREAL'), [])
    assert.deepEqual(await idsOf('type=NON_SIDEREAL'), [third])
    assert.deepEqual(await idsOf('type=SIDEREAL&name=Ceres'), [])
    const page = await service.get('/v1/targets?limit=2')
    assert.deepEqual(await idsOf(`limit=2&cursor=${page.body.next}`), [first])
  })

  it('refuses half a cone and cursors of other lists', async () => {
    const half = await service.get('/v1/targets?ra=0&radius=1')
    assert.deepEqual([half.status, half.body.errors[0].pointer], [422, '/dec'])
    const foreign = Buffer.from('["alerts","019a5c1e-7d3a-7c4e-9b1f-2f6f0f7a1c11"]').toString('base64url')
    assert.equal((await service.get(`/v1/targets?cursor=${foreign}`)).status, 422)
  })

  it('asks one statement for a page, and an index for every filter and every order', async context => {
    await insertTargets(50_000)
    const list = (await service.post('/v1/target-lists', { name: 'Plans' })).body.id
    const statements = recordStatements(context)
    const cone = { ra: 123, dec: 45, radius: 600 }
    const box = { raMin: 359.9, raMax: 0.1, decMin: -1, decMax: 1 }
    const selections: Partial<TargetSelection>[] = [
      {},
      { name: 'Bulk 77' },
      { type: 'NON_SIDEREAL' },
      { cone },
      { cone, type: 'SIDEREAL' },
      { box },
      { list },
      { brokerId: 'my-broker' },
      { hasPhotometry: true },
      { hasPhotometry: false },
      { createdAfter: '2100-01-01T00:00:00Z' },
      { modifiedBefore: '2000-01-01T00:00:00Z' }
    ]
    const last = { key: '2026-01-01T00:00:00.000Z', id: '80000000-0000-4000-8000-000000000000' }
    for (const selection of selections) {
      for (const after of [null, last]) {
        await listTargets(service.database.pool, { ...everything, ...selection }, { sort: '-created', after, limit: 101 })
      }
    }
    await listTargets(service.database.pool, { ...everything, cone }, { sort: 'separation', after: null, limit: 101 })
    await listTargets(service.database.pool, everything, { sort: '-name', after: { key: 'bulk5', id: last.id }, limit: 101 })
    await listTargets(service.database.pool, everything, { sort: 'modified', after: last, limit: 101 })
    assert.equal(statements.length, 27)
    for (const statement of statements.slice()) {
      const plan = await planOf(service.database.pool, statement)
      assert.doesNotMatch(plan, /Seq Scan on "Target(Name)?"/, `${statement.text}\n${plan}`)
    }
  })

  it('finds what matches a new target by indexes', async context => {
    const statements = recordStatements(context)
    const cone = { ra: 123, dec: 45, radius: 2 }
    await findCommon(service.database.pool, [{ alertId: randomUUID(), nameKeys: ['bulk77', 'bulk78', 'unknown'], cone }])
    const [statement] = statements
    assert.ok(statement)
    const plan = await planOf(service.database.pool, statement)
    assert.doesNotMatch(plan, /Seq Scan on "Target(Name)?"/, plan)
  })
})
