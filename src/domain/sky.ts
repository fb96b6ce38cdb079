export { type PixelRange, pixelRanges, touchedCells } from './sky-cover.ts'
export { skyPixel } from './sky-pixel.ts'

/** A direction on the sky: ICRS right ascension and declination [deg]. */
export interface Position {
  readonly ra: number
  readonly dec: number
}

const radiansPerDegree = Math.PI / 180
const arcsecPerRadian = 3600 / radiansPerDegree

/** Angle between two directions, by the haversine formula [arcsec]. */
export function separation(a: Position, b: Position): number {
  const chord = haversine(a.dec - b.dec) + Math.cos(a.dec * radiansPerDegree) * Math.cos(b.dec * radiansPerDegree) * haversine(a.ra - b.ra)
  return 2 * Math.asin(Math.min(1, Math.sqrt(chord))) * arcsecPerRadian
}

function haversine(degrees: number): number {
  return Math.sin((degrees * radiansPerDegree) / 2) ** 2
}
