import fc from 'fast-check'
import type { Position } from '../../src/domain/sky.ts'

const radiansPerDegree = Math.PI / 180

/** The direction at a distance [arcsec] and a bearing [deg] from another. */
export function offset({ ra, dec }: Position, { distance, bearing }: { distance: number; bearing: number }): Position {
  const [angle, turn, height] = [(distance / 3600) * radiansPerDegree, bearing * radiansPerDegree, dec * radiansPerDegree]
  const up = Math.sin(height) * Math.cos(angle) + Math.cos(height) * Math.sin(angle) * Math.cos(turn)
  const ahead = Math.cos(height) * Math.cos(angle) - Math.sin(height) * Math.sin(angle) * Math.cos(turn)
  const aside = Math.sin(turn) * Math.sin(angle)
  const east = Math.atan2(aside, ahead)
  const turned = (ra + east / radiansPerDegree + 720) % 360
  return { ra: turned, dec: Math.max(-90, Math.min(90, Math.atan2(up, Math.hypot(ahead, aside)) / radiansPerDegree)) }
}

/** Right ascensions [deg], with more than their share at 0 and 360. */
export const rightAscensions = fc.oneof(
  fc.double({ min: 0, max: 360, maxExcluded: true, noNaN: true }),
  fc.constantFrom(0, 90, 180, 270, 359.99999999999994, 89.99999999999999, 180.00000000000003, Number.MIN_VALUE),
  fc.double({ min: 0, max: 1e-3, noNaN: true }),
  fc.double({ min: 359.999, max: 360, maxExcluded: true, noNaN: true })
)

/** Declinations [deg], with more than their share at the poles, the equator and the edges of the polar caps. */
export const declinations = fc.oneof(
  fc.double({ min: -90, max: 90, noNaN: true }),
  fc.constantFrom(-90, 0, 90, 41.81031489577862, -41.81031489577862),
  fc.double({ min: 89.99, max: 90, noNaN: true }),
  fc.double({ min: -90, max: -89.99, noNaN: true })
)

/** Radii from 0.001 arcsec to 10 degrees, as many small as large ones [arcsec]. */
export const radii = fc.oneof(
  fc.double({ min: -3, max: Math.log10(36_000), noNaN: true }).map(exponent => Math.min(36_000, 10 ** exponent)),
  fc.constantFrom(0.001, 2, 36_000)
)

/** Cones anywhere. */
export const cones = fc.record({ ra: rightAscensions, dec: declinations, radius: radii })
