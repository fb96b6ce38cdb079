import { max_pixrad, nside2resol, pix2vec_nest } from '@hscmap/healpix'
import type { ConeSearch } from './cone.ts'
import { facePlace, pixelAt, stepAt, storedOrder } from './sky-pixel.ts'

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
/** No direction moves faster along the edges of a base pixel than this; it is 1.452 at the poles [1/rad]. */
const steepest = 1.46
/** A cone up to this radius is covered by the pixels around its centre [rad]. */
const smallAngle = 61 / arcsecPerRadian

/**
 * Ranges of `skyPixel` that hold every direction of a cone, and some outside of it: at most a few dozen, ascending,
 * whatever the radius [arcsec]. Who uses them compares the separation as well.
 */
export function pixelRanges({ ra, dec, radius }: ConeSearch): PixelRange[] {
  const cone = { ra, dec, angle: radius / arcsecPerRadian }
  return rangesOfSmall(cone) ?? rangesByWalk(cone, finestOrder(cone.angle / 2))
}

/** Pixels of a coarser order, up to 10, that touch a cone: directions within the radius [arcsec] of each other share one. */
export function touchedCells({ ra, dec, radius }: ConeSearch, order: number): bigint[] {
  const cone = { ra, dec, angle: radius / arcsecPerRadian }
  const near = cone.angle <= smallAngle ? pixelsAround(cone, order) : undefined
  if (near) return near.map(BigInt)
  const size = 4n ** BigInt(storedOrder - order)
  return rangesByWalk(cone, order).flatMap(({ low, high }) =>
    Array.from({ length: Number((high - low + 1n) / size) }, (_, n) => low / size + BigInt(n))
  )
}

interface Cone {
  readonly ra: number
  readonly dec: number
  /** Radius [rad]. */
  readonly angle: number
}

/** Pixels no wider than this [rad]: finer ones make more ranges, coarser ones cover more sky outside of the cone. */
function finestOrder(width: number): number {
  return orders.find(order => nside2resol(2 ** order) <= width) ?? storedOrder
}

/** Undefined when the cone is not small, or may reach over the edge of its base pixel. */
function rangesOfSmall(cone: Cone): PixelRange[] | undefined {
  if (cone.angle > smallAngle) return undefined
  const order = Math.min(storedOrder, Math.floor(-Math.log2(2 * steepest * cone.angle)))
  const ranges: MutableRange[] = []
  const pixels = pixelsAround(cone, order)?.sort((a, b) => a - b)
  for (const pixel of pixels ?? []) addRange(ranges, pixel, 4 ** (storedOrder - order))
  return pixels && ranges
}

/** The pixels of a rectangle along the edges of the base pixel that holds the cone; undefined when it may reach over them. */
function pixelsAround({ ra, dec, angle }: Cone, order: number): number[] | undefined {
  const { face, x, y } = facePlace(ra, dec)
  const reach = steepest * (angle + roundingMargin)
  if (Math.min(x, y) <= reach || Math.max(x, y) >= 1 - reach) return undefined
  const [left, right] = [stepAt(x - reach, order), stepAt(x + reach, order)]
  const [low, high] = [stepAt(y - reach, order), stepAt(y + reach, order)]
  const pixels: number[] = []
  for (let column = left; column <= right; column++) {
    for (let row = low; row <= high; row++) pixels.push(pixelAt(face, { x: column, y: row, order }))
  }
  return pixels
}

/** Walks down from the 12 base pixels, leaving out what is too far away; a circle around a pixel stands for it. */
function rangesByWalk({ ra, dec, angle }: Cone, finest: number): PixelRange[] {
  const ranges: MutableRange[] = []
  const axis = vectorOf(ra, dec)
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

interface MutableRange {
  low: bigint
  high: bigint
}

function addRange(ranges: MutableRange[], pixel: number, size: number): void {
  const low = BigInt(pixel * size)
  const high = BigInt((pixel + 1) * size - 1)
  const last = ranges.at(-1)
  if (last?.high === low - 1n) last.high = high
  else ranges.push({ low, high })
}

type Vector = [x: number, y: number, z: number]

function vectorOf(ra: number, dec: number): Vector {
  const toAxis = Math.cos(dec * radiansPerDegree)
  return [toAxis * Math.cos(ra * radiansPerDegree), toAxis * Math.sin(ra * radiansPerDegree), Math.sin(dec * radiansPerDegree)]
}

function angleBetween(a: Vector, b: Vector): number {
  return 2 * Math.asin(Math.min(1, Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]) / 2))
}
