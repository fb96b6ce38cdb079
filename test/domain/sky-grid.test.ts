import assert from 'node:assert/strict'
import { it } from 'node:test'
import fc from 'fast-check'
import { separation } from '../../src/domain/sky.ts'
import { createSkyGrid } from '../../src/domain/sky-grid.ts'
import { declinations, offset, radii, rightAscensions } from '../helpers/sky.ts'

const centres = fc.record({ ra: rightAscensions, dec: declinations })
const offsets = fc.record({ share: fc.double({ min: 0, max: 3, noNaN: true }), bearing: fc.double({ min: 0, max: 360, noNaN: true }) })

it('a grid in memory finds whatever lies within its radius, in the order of its addition', () => {
  fc.assert(
    fc.property(centres, radii, fc.array(offsets, { minLength: 1, maxLength: 40 }), (centre, radius, somewhere) => {
      const grid = createSkyGrid<number>(radius)
      const positions = somewhere.map(({ share, bearing }) => offset(centre, { distance: share * radius, bearing }))
      for (const [index, position] of positions.entries()) grid.add(position, index)
      const found = grid.near(centre)
      assert.deepEqual(
        found,
        found.toSorted((a, b) => a - b)
      )
      const within = [...positions.entries()].filter(([, position]) => separation(centre, position) <= radius).map(([index]) => index)
      assert.deepEqual(
        within.filter(index => !found.includes(index)),
        []
      )
    }),
    { numRuns: 10_000 }
  )
})
