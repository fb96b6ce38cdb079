import { fxy2nest } from '@hscmap/healpix'

/** Order of the stored pixels: 12.9 arcsec wide. */
export const storedOrder = 14

/** The HEALPix nested pixel, of order 14, in which a direction [deg] lies. */
export function skyPixel(ra: number, dec: number): bigint {
  const { face, x, y } = facePlace(ra, dec)
  return BigInt(pixelAt(face, { x: stepAt(x, storedOrder), y: stepAt(y, storedOrder), order: storedOrder }))
}

/** The nested pixel of an order that lies so many steps to the north-east and to the north-west on its base pixel. */
export function pixelAt(face: number, { x, y, order }: { readonly x: number; readonly y: number; readonly order: number }): number {
  return fxy2nest(2 ** order, face, x, y)
}

/** How many pixels of an order lie before a part of an edge, from 0 to 1, of a base pixel. */
export function stepAt(part: number, order: number): number {
  return Math.min(2 ** order - 1, Math.floor(part * 2 ** order))
}

/** A base pixel, and how far along its edges to the north-east and to the north-west, from 0 to 1. */
export interface FacePlace {
  readonly face: number
  readonly x: number
  readonly y: number
}

/**
 * Where a direction [deg] lies on its base pixel; by Gorski et al. 2005, section 4. (The library's own function takes
 * many a direction on the edge of two base pixels, such as ra 0, for one at the pole.)
 */
export function facePlace(ra: number, dec: number): FacePlace {
  const quarters = ra / 90
  const sine = Math.sin((dec * Math.PI) / 180)
  if (Math.abs(sine) <= 2 / 3) return inBelt(quarters, sine)
  return inCap(quarters, { sine, cosine: Math.cos((dec * Math.PI) / 180) })
}

function inBelt(quarters: number, sine: number): FacePlace {
  const rising = 0.5 + quarters - 0.75 * sine
  const falling = 0.5 + quarters + 0.75 * sine
  const [risingFace, fallingFace] = [Math.floor(rising), Math.floor(falling)]
  const row = Math.sign(risingFace - fallingFace) + 1
  return { face: 4 * row + (Math.min(risingFace, fallingFace) % 4), x: falling - fallingFace, y: 1 - (rising - risingFace) }
}

function inCap(quarters: number, { sine, cosine }: { sine: number; cosine: number }): FacePlace {
  const column = Math.min(3, Math.floor(quarters))
  // The cosine keeps its digits near a pole, as 1 - |sine| does not.
  const fromPole = cosine * Math.sqrt(3 / (1 + Math.abs(sine)))
  const east = (quarters - column) * fromPole
  const west = (1 - quarters + column) * fromPole
  return sine > 0 ? { face: column, x: 1 - west, y: 1 - east } : { face: column + 8, x: east, y: west }
}
