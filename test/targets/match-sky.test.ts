import assert from 'node:assert/strict'
import { after, before, it } from 'node:test'
import fc from 'fast-check'
import { separation, skyPixel } from '../../src/domain/sky.ts'
import { findCommon } from '../../src/targets/match-store.ts'
import { type Service, startService } from '../helpers/service.ts'
import { cones, declinations, offset, rightAscensions } from '../helpers/sky.ts'

let service: Service
before(async () => {
  service = await startService()
})
after(() => service.close())

it('what lies within a radius of 10,000 positions is what a search of everything finds, from 0.001 arcsec to 10 degrees', async () => {
  const sky = fc.sample(fc.record({ ra: rightAscensions, dec: declinations }), 1000)
  const { rows } = await service.database.pool.query<{ id: string; ra: number; dec: number }>(
    `INSERT INTO "Target" (id, name, type, ra, dec, "skyPixel")
     SELECT gen_random_uuid(), 'x', 'SIDEREAL', ra, dec, pixel FROM unnest($1::float8[], $2::float8[], $3::bigint[]) AS sky(ra, dec, pixel)
     RETURNING id, ra, dec`,
    [sky.map(({ ra }) => ra), sky.map(({ dec }) => dec), sky.map(({ ra, dec }) => skyPixel(ra, dec).toString())]
  )
  const wanted = fc.sample(
    fc.tuple(cones, fc.nat(), fc.double({ min: 0, max: 2, noNaN: true }), fc.double({ min: 0, max: 360, noNaN: true })),
    10_000
  )
  // Half of the cones are around a target, some exactly, some at their edge.
  const around = wanted.map(([cone, choice, share, bearing]) => {
    const target = choice % 2 ? rows[choice % rows.length] : undefined
    const place = target && offset(target, { distance: share < 0.5 ? 0 : share * cone.radius, bearing })
    return place && place.ra < 360 ? { ...place, radius: cone.radius } : cone
  })
  const found = await findCommon(
    service.database.pool,
    around.map(cone => ({ alertId: null, nameKeys: [], cone }))
  )
  const byCone = Map.groupBy(found, ({ index }) => index)
  for (const [index, cone] of around.entries()) {
    const ids = new Set(byCone.get(index)?.map(({ id }) => id))
    for (const { id, ra, dec } of rows) {
      const distance = separation(cone, { ra, dec })
      // Within rounding of the edge, either is right.
      if (Math.abs(distance - cone.radius) < 1e-8) continue
      assert.equal(ids.has(id), distance <= cone.radius, `${JSON.stringify(cone)} and ${JSON.stringify({ ra, dec })}`)
    }
  }
})
