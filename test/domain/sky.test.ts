import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { pix2ang_nest } from '@hscmap/healpix'
import fc from 'fast-check'
import { type Position, pixelRanges, separation, skyPixel, touchedCells } from '../../src/domain/sky.ts'
import { cones, declinations, offset, rightAscensions } from '../helpers/sky.ts'

const positions = fc.record({ ra: rightAscensions, dec: declinations })
const offsets = fc.record({
  distance: fc.double({ min: 0, max: 2, noNaN: true }),
  bearing: fc.double({ min: 0, max: 360, noNaN: true })
})

function vectorOf({ ra, dec }: Position): readonly [x: number, y: number, z: number] {
  const [alpha, delta] = [(ra * Math.PI) / 180, (dec * Math.PI) / 180]
  return [Math.cos(delta) * Math.cos(alpha), Math.cos(delta) * Math.sin(alpha), Math.sin(delta)]
}

/** Angle by the vectors of the two directions, which is exact at every distance [arcsec]. */
function angleByVectors(a: Position, b: Position): number {
  const [u, v] = [vectorOf(a), vectorOf(b)]
  const cross = Math.hypot(u[1] * v[2] - u[2] * v[1], u[2] * v[0] - u[0] * v[2], u[0] * v[1] - u[1] * v[0])
  return (Math.atan2(cross, u[0] * v[0] + u[1] * v[1] + u[2] * v[2]) * 180 * 3600) / Math.PI
}

describe('the sky', () => {
  it('measures the angle between two directions wherever they are', () => {
    fc.assert(
      fc.property(positions, positions, (a, b) => {
        const expected = angleByVectors(a, b)
        // Rounding costs 1e-16 radians, but 1e-8 between opposite directions.
        const tolerance = expected > 600_000 ? 0.005 : 1e-7
        assert.ok(Math.abs(separation(a, b) - expected) < tolerance, `${separation(a, b)} is not ${expected}`)
      }),
      { numRuns: 10_000 }
    )
  })

  it('measures small angles as exactly as large ones', () => {
    fc.assert(
      fc.property(positions, fc.double({ min: -4, max: 4, noNaN: true }), offsets, (centre, exponent, { bearing }) => {
        const distance = 10 ** exponent
        assert.ok(Math.abs(separation(centre, offset(centre, { distance, bearing })) - distance) < 1e-9 * distance + 1e-7)
      }),
      { numRuns: 10_000 }
    )
  })

  it('says 0 for a direction and itself, also at a pole, whatever the right ascension there', () => {
    fc.assert(fc.property(positions, position => assert.equal(separation(position, position), 0)))
    assert.ok(separation({ ra: 10, dec: 90 }, { ra: 250, dec: 90 }) < 1e-9)
    assert.ok(separation({ ra: 10, dec: -90 }, { ra: 250, dec: -90 }) < 1e-9)
  })

  it('sees neighbours across right ascension 0', () => {
    assert.ok(Math.abs(separation({ ra: 359.9999, dec: 0 }, { ra: 0.0001, dec: 0 }) - 0.72) < 1e-9)
  })

  it('puts every direction into a pixel that lies there', () => {
    fc.assert(
      fc.property(positions, position => {
        const { theta, phi } = pix2ang_nest(2 ** 14, Number(skyPixel(position.ra, position.dec)))
        const centre = { ra: (phi * 180) / Math.PI, dec: 90 - (theta * 180) / Math.PI }
        assert.ok(separation(position, centre) < 13.5, `${separation(position, centre)} arcsec away`)
      }),
      { numRuns: 100_000 }
    )
  })

  it('finds in the pixels of a cone what a search of everything finds', () => {
    fc.assert(
      fc.property(cones, fc.array(offsets, { minLength: 1, maxLength: 30 }), (cone, somewhere) => {
        const ranges = pixelRanges(cone)
        const around = somewhere.map(({ distance, bearing }) => offset(cone, { distance: distance * cone.radius, bearing }))
        for (const position of [cone, { ra: 0, dec: 90 }, { ra: 0, dec: -90 }, { ra: 0, dec: cone.dec }, ...around]) {
          if (separation(cone, position) > cone.radius) continue
          const pixel = skyPixel(position.ra, position.dec)
          assert.ok(
            ranges.some(({ low, high }) => low <= pixel && pixel <= high),
            `lost ${JSON.stringify(position)}`
          )
        }
      }),
      { numRuns: 10_000 }
    )
  })

  it('needs few ranges, ascending and apart, for any radius', () => {
    fc.assert(
      fc.property(cones, cone => {
        const ranges = pixelRanges(cone)
        assert.ok(ranges.length >= 1 && ranges.length <= 36, `${ranges.length} ranges`)
        for (const [n, { low, high }] of ranges.entries()) {
          assert.ok(low <= high)
          assert.ok(n === 0 || low > (ranges[n - 1]?.high ?? 0n) + 1n)
        }
      }),
      { numRuns: 10_000 }
    )
  })

  it('covers little sky outside of a cone', () => {
    const covered = (radius: number) =>
      pixelRanges({ ra: 123, dec: 45, radius }).reduce((sum, { low, high }) => sum + Number(high - low + 1n), 0)
    const pixelArea = (4 * Math.PI * (180 / Math.PI) ** 2) / (12 * 4 ** 14)
    for (const radius of [300, 3600, 36_000]) assert.ok(covered(radius) * pixelArea < 4 * Math.PI * (radius / 3600) ** 2)
  })

  it('gives two directions within a radius a cell in common', () => {
    fc.assert(
      fc.property(positions, offsets, (a, { distance, bearing }) => {
        const b = offset(a, { distance, bearing })
        fc.pre(separation(a, b) <= 2)
        const cells = new Set(touchedCells({ ...a, radius: 2 }, 10))
        assert.ok(touchedCells({ ...b, radius: 2 }, 10).some(cell => cells.has(cell)))
        assert.ok(cells.size <= 8)
      }),
      { numRuns: 10_000 }
    )
  })
})
