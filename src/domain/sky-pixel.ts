import { fxy2nest } from '@hscmap/healpix'

/** Order of the stored pixels: 12.9 arcsec wide. */
export const storedOrder = 14
const side = 2 ** storedOrder

/**
 * The HEALPix nested pixel, of order 14, in which a direction [deg] lies; by Gorski et al. 2005, section 4. (The
 * library's own function takes many a direction on the edge of two base pixels, such as ra 0, for one at the pole.)
 */
export function skyPixel(ra: number, dec: number): bigint {
  const quarters = ra / 90
  const sine = Math.sin((dec * Math.PI) / 180)
  const cosine = Math.cos((dec * Math.PI) / 180)
  const { face, x, y } = Math.abs(sine) <= 2 / 3 ? inBelt(quarters, sine) : inCap(quarters, { sine, cosine })
  return BigInt(fxy2nest(side, face, x, y))
}

/** A base pixel, and in it the steps to the north-east and to the north-west. */
interface Place {
  readonly face: number
  readonly x: number
  readonly y: number
}

function inBelt(quarters: number, sine: number): Place {
  const rising = Math.floor(side * (0.5 + quarters - 0.75 * sine))
  const falling = Math.floor(side * (0.5 + quarters + 0.75 * sine))
  const [risingFace, fallingFace] = [Math.floor(rising / side), Math.floor(falling / side)]
  const row = Math.sign(risingFace - fallingFace) + 1
  return { face: 4 * row + (Math.min(risingFace, fallingFace) % 4), x: falling % side, y: side - 1 - (rising % side) }
}

function inCap(quarters: number, { sine, cosine }: { sine: number; cosine: number }): Place {
  const column = Math.min(3, Math.floor(quarters))
  // The cosine keeps its digits near a pole, as 1 - |sine| does not.
  const fromPole = side * cosine * Math.sqrt(3 / (1 + Math.abs(sine)))
  const east = Math.min(side - 1, Math.floor((quarters - column) * fromPole))
  const west = Math.min(side - 1, Math.floor((1 - quarters + column) * fromPole))
  return sine > 0 ? { face: column, x: side - 1 - west, y: side - 1 - east } : { face: column + 8, x: east, y: west }
}
