import { type Point, type RejectedPoint, readPoint } from './read-point.ts'

/** What one broker tells about the light of one target: each measurement once, as it was told last. */
export interface LightCurve {
  readonly points: readonly Point[]
  readonly rejections: readonly RejectedPoint[]
  /** How often a measurement came again [count]. */
  readonly repeated: number
  /** Whether there were more distinct points than the cap lets in. */
  readonly isCut: boolean
}

/** Gathers the points of a light curve. */
export interface CurveBuilder {
  /** Takes a point in as the module made it; false when the curve is full, and takes no more. */
  add(value: unknown): boolean
  /** How many distinct points there are [count]. */
  size(): number
  build(): LightCurve
}

/** Begins a light curve of at most so many distinct points; null = no cap. */
export function createCurve(brokerId: string, most: number | null): CurveBuilder {
  const points = new Map<string, Point>()
  const rejections = new Map<string, RejectedPoint>()
  let repeated = 0
  let isCut = false
  const sizeNow = () => points.size + rejections.size

  /** Tells whether it fitted in. */
  const put = <T>(map: Map<string, T>, key: string, item: T) => {
    if (!map.has(key) && most !== null && sizeNow() >= most) return false
    if (map.has(key)) repeated++
    map.set(key, item)
    return true
  }
  const add = (value: unknown) => {
    const point = readPoint(brokerId, value)
    if ('reason' in point) isCut ||= !put(rejections, point.itemHash.toString('base64url'), point)
    else isCut ||= !put(points, point.key.toString('base64url'), point)
    return !isCut
  }
  return {
    add,
    size: sizeNow,
    build: () => ({ points: [...points.values()], rejections: [...rejections.values()], repeated, isCut })
  }
}
