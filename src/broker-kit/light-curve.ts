import type { PhotometryPoint } from '../domain/photometry.ts'

/**
 * Puts the points of a light curve in order of time and leaves out those that come again. The same point is what is of
 * one kind and has the survey's own identifier of a measurement; where there is none, what is of the same instant and passband.
 */
export function lightCurve(points: readonly PhotometryPoint[]): PhotometryPoint[] {
  const byKey = new Map<string, PhotometryPoint>()
  for (const point of points) {
    const { sourceId, timestamp, kind, band } = point
    const key = `${kind} ${sourceId ?? `${timestamp} ${band}`}`
    if (!byKey.has(key)) byKey.set(key, point)
  }
  return [...byKey.values()].sort((a, b) => Date.parse(a.timestamp) - Date.parse(b.timestamp))
}
