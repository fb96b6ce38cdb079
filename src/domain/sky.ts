import { max_pixrad, nside2resol, pix2vec_nest } from '@hscmap/healpix'
import type { ConeSearch } from './cone.ts'
import { storedOrder } from './sky-pixel.ts'

export { skyPixel } from './sky-pixel.ts'

/** A direction on the sky: ICRS right ascension and declination [deg]. */
export interface Position {
  readonly ra: number
  readonly dec: number
}

/** Pixels of one part of the sky, from `low` to `high`, both included. */
export interface PixelRange {
  readonly low: bigint
  readonly high: bigint
}

const radiansPerDegree = Math.PI / 180
const arcsecPerRadian = 3600 / radiansPerDegree
/** Pixel centres are rounded, by up to 0.002 arcsec at the poles [rad]. */
const roundingMargin = 0.01 / arcsecPerRadian
const orders = Array.from({ length: storedOrder + 1 }, (_, order) => order)
/** From the centre of a pixel to its farthest corner, for any pixel of the order [rad]. */
const reaches = orders.map(order => max_pixrad(2 ** order))

/** Angle between two directions, by the haversine formula [arcsec]. */
export function separation(a: Position, b: Position): number {
  const chord = haversine(a.dec - b.dec) + Math.cos(a.dec * radiansPerDegree) * Math.cos(b.dec * radiansPerDegree) * haversine(a.ra - b.ra)
  return 2 * Math.asin(Math.min(1, Math.sqrt(chord))) * arcsecPerRadian
}

function haversine(degrees: number): number {
  return Math.sin((degrees * radiansPerDegree) / 2) ** 2
}

/**
 * Ranges of `skyPixel` that hold every direction of a cone, and some outside of it: at most a few dozen, ascending,
 * whatever the radius [arcsec]. Who uses them compares the separation as well.
 */
export function pixelRanges({ ra, dec, radius }: ConeSearch): PixelRange[] {
  const angle = radius / arcsecPerRadian
  // Pixels of half the radius or a little less: finer ones make more ranges, coarser ones cover more sky outside of the cone.
  const finest = orders.find(order => nside2resol(2 ** order) <= angle / 2) ?? storedOrder
  return coveringRanges({ ra, dec }, { angle, finest })
}

/** Pixels of a coarser order that touch a cone: directions within the radius [arcsec] of each other share one. */
export function touchedCells({ ra, dec, radius }: ConeSearch, order: number): bigint[] {
  const size = 4n ** BigInt(storedOrder - order)
  const ranges = coveringRanges({ ra, dec }, { angle: radius / arcsecPerRadian, finest: order })
  return ranges.flatMap(({ low, high }) => Array.from({ length: Number((high - low + 1n) / size) }, (_, n) => low / size + BigInt(n)))
}

/** Walks down from the 12 base pixels, leaving out what is too far away; a circle around a pixel stands for it. */
function coveringRanges(centre: Position, { angle, finest }: { angle: number; finest: number }): PixelRange[] {
  const ranges: { low: bigint; high: bigint }[] = []
  const axis = vectorOf(centre)
  const visit = (order: number, pixel: number): void => {
    const reach = reaches[order] ?? Math.PI
    const distance = angleBetween(pix2vec_nest(2 ** order, pixel), axis)
    if (distance > angle + reach + roundingMargin) return
    if (order === finest || distance + reach < angle) {
      addRange(ranges, pixel, 4 ** (storedOrder - order))
      return
    }
    for (let child = 4 * pixel; child < 4 * pixel + 4; child++) visit(order + 1, child)
  }
  for (let pixel = 0; pixel < 12; pixel++) visit(0, pixel)
  return ranges
}

function addRange(ranges: { low: bigint; high: bigint }[], pixel: number, size: number): void {
  const low = BigInt(pixel * size)
  const high = BigInt((pixel + 1) * size - 1)
  const last = ranges.at(-1)
  if (last?.high === low - 1n) last.high = high
  else ranges.push({ low, high })
}

type Vector = [x: number, y: number, z: number]

function vectorOf({ ra, dec }: Position): Vector {
  const toAxis = Math.cos(dec * radiansPerDegree)
  return [toAxis * Math.cos(ra * radiansPerDegree), toAxis * Math.sin(ra * radiansPerDegree), Math.sin(dec * radiansPerDegree)]
}

function angleBetween(a: Vector, b: Vector): number {
  return 2 * Math.asin(Math.min(1, Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]) / 2))
}
