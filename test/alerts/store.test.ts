import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import fc from 'fast-check'
import pg from 'pg'
import { type AlertFilter, listAlerts } from '../../src/alerts/store.ts'
import type { Queryable } from '../../src/database.ts'
import { type Position, separation, skyPixel } from '../../src/domain/sky.ts'
import { insertAlertRows } from '../helpers/alert-rows.ts'
import { createTestDatabase, type TestDatabase } from '../helpers/database.ts'
import { cones, declinations, offset, rightAscensions } from '../helpers/sky.ts'

/** Writes down the plans of the statements that it runs. */
function explaining(pool: pg.Pool): Queryable & { plans: string[] } {
  const plans: string[] = []
  return {
    plans,
    query: async <Row extends pg.QueryResultRow>(text: string, values: unknown[]) => {
      const { rows } = await pool.query<{ 'QUERY PLAN': string }>(`EXPLAIN ${text}`, values)
      plans.push(rows.map(row => row['QUERY PLAN']).join('\n'))
      return pool.query<Row>(text, values)
    }
  }
}

async function insertManyAlerts(pool: pg.Pool, count: number): Promise<void> {
  const sky = Array.from({ length: count }, (_, n) => ({
    ra: (n * 137.50776405) % 360,
    dec: (Math.asin((2 * n) / count - 1) * 180) / Math.PI
  }))
  await pool.query(
    `INSERT INTO "Alert" (id, "brokerId", "brokerAlertId", "objectId", name, "nameKey", ra, dec, "skyPixel", raw, "rawType", "contentHash")
     SELECT gen_random_uuid(), 'broker-' || n % 5, n, 'object-' || n / 3, 'ZTF' || n / 3, 'ztf' || n / 3, ra, dec, pixel, '{}', 'application/json', ''
     FROM unnest($1::float8[], $2::float8[], $3::bigint[]) WITH ORDINALITY AS sky(ra, dec, pixel, n)`,
    [sky.map(({ ra }) => ra), sky.map(({ dec }) => dec), sky.map(({ ra, dec }) => skyPixel(ra, dec).toString())]
  )
  await pool.query('ANALYZE "Alert"')
}

const everything: AlertFilter = { brokerId: undefined, objectId: undefined, name: undefined, cone: null, before: null }

describe('the store of alerts', () => {
  let database: TestDatabase
  let pool: pg.Pool

  before(async () => {
    database = await createTestDatabase()
    pool = new pg.Pool({ connectionString: database.url, max: 2 })
  })
  after(async () => {
    await pool.end()
    await database.drop()
  })

  it('finds in a cone what a comparison with every alert finds, at the poles and across ra 0 as well', async () => {
    const places = fc.sample(fc.record({ ra: rightAscensions, dec: declinations }), { numRuns: 2000, seed: 7 })
    const [, ...sample] = fc.sample(cones, { numRuns: 400, seed: 11 })
    const neighbours = sample.flatMap(cone =>
      [0, 0.5, 0.999, 1.001, 2].map((part, n) => offset(cone, { distance: part * cone.radius, bearing: 70 * n }))
    )
    const sky: Position[] = [...places, ...neighbours, { ra: 0, dec: 0 }, { ra: 0, dec: 90 }, { ra: 0, dec: -90 }]
    const ids = await insertAlertRows(pool, sky)
    let matches = 0
    for (const cone of sample) {
      const found = await listAlerts(pool, { ...everything, cone }, 10_000)
      const expected = ids.filter((_, n) => separation(cone, sky[n] ?? cone) <= cone.radius)
      // What lies on the rim within the rounding of a double may be in or out.
      const unsure = new Set(ids.filter((_, n) => Math.abs(separation(cone, sky[n] ?? cone) - cone.radius) < 1e-9))
      const certain = (list: string[]) => list.filter(id => !unsure.has(id)).sort()
      assert.deepEqual(certain(found.map(({ id }) => id)), certain(expected), JSON.stringify(cone))
      matches += expected.length
    }
    assert.ok(matches > 1000)
  })

  it('uses an index for every filter, and reads few alerts for a cone', async () => {
    await insertManyAlerts(pool, 100_000)
    const db = explaining(pool)
    const cone = { ra: 123, dec: 45, radius: 60 }
    const filters = [
      {},
      { brokerId: 'broker-3' },
      { objectId: 'object-77' },
      { name: 'ZTF 77' },
      { cone },
      { cone: { ...cone, radius: 36_000 } },
      { cone, brokerId: 'broker-1', name: 'ZTF 77' },
      { brokerId: 'broker-4', objectId: 'object-77' }
    ]
    for (const filter of filters) {
      db.plans.length = 0
      for (const before of [null, '80000000-0000-4000-8000-000000000000']) await listAlerts(db, { ...everything, ...filter, before }, 101)
      const plans = db.plans.filter(plan => plan.includes('"Alert'))
      assert.ok(plans.length >= 2)
      for (const plan of plans) assert.doesNotMatch(plan, /Seq Scan on "Alert/)
      const isConeOnly = 'cone' in filter && !('name' in filter)
      for (const plan of plans.filter(text => isConeOnly && text.includes('asin'))) assert.match(plan, /"Alert_default_skyPixel_idx"/)
    }
  })
})
