import type { Position } from './sky.ts'

const radiansPerDegree = Math.PI / 180

/** Directions in memory, each with what it stands for, found by where they are. */
export interface SkyGrid<T> {
  add(position: Position, value: T): void
  /** Everything within the radius of the grid, and some of what is a little farther away, in the order of its addition. */
  near(position: Position): T[]
}

/** Makes a grid for searches up to a radius [arcsec]. Its cells are cubes in space, which know no poles and no seam at ra 0. */
export function createSkyGrid<T>(radius: number): SkyGrid<T> {
  // The chord of an angle is shorter than the angle; the dust makes up for rounding.
  const reach = (radius / 3600) * radiansPerDegree + 1e-14
  const size = 2 * reach
  const cells = new Map<string, { readonly order: number; readonly value: T }[]>()
  let count = 0
  return {
    add(position, value) {
      const key = vectorOf(position)
        .map(coordinate => Math.floor(coordinate / size))
        .join()
      const cell = cells.get(key)
      const entry = { order: count++, value }
      if (cell) cell.push(entry)
      else cells.set(key, [entry])
    },
    near(position) {
      if (count === 0) return []
      const [xs = [], ys = [], zs = []] = vectorOf(position).map(coordinate => cellsAround(coordinate / size))
      const found = xs.flatMap(x => ys.flatMap(y => zs.flatMap(z => cells.get(`${x},${y},${z}`) ?? [])))
      return found.sort((a, b) => a.order - b.order).map(({ value }) => value)
    }
  }
}

/** The one or two cells that lie within half a cell. */
function cellsAround(place: number): number[] {
  return [...new Set([Math.floor(place - 0.5), Math.floor(place + 0.5)])]
}

function vectorOf({ ra, dec }: Position): [x: number, y: number, z: number] {
  const toAxis = Math.cos(dec * radiansPerDegree)
  return [toAxis * Math.cos(ra * radiansPerDegree), toAxis * Math.sin(ra * radiansPerDegree), Math.sin(dec * radiansPerDegree)]
}
