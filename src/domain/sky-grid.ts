import type { Position } from './sky.ts'

const radiansPerDegree = Math.PI / 180
/** Cells along the sky, at most. */
const mostCells = 100_000
/** More than the cells along the sky, and so few that three coordinates make one exact number. */
const base = 200_000

/** Directions in memory, each with what it stands for, found by where they are. */
export interface SkyGrid<T> {
  add(position: Position, value: T): void
  /** Everything within the radius of the grid, and some of what is a little farther away, in the order of its addition. */
  near(position: Position): T[]
}

interface Entry<T> {
  readonly order: number
  readonly value: T
}

/** Makes a grid for searches up to a radius [arcsec]. Its cells are cubes in space, which know no poles and no seam at ra 0. */
export function createSkyGrid<T>(radius: number): SkyGrid<T> {
  // The chord of an angle is shorter than the angle; the dust makes up for rounding.
  const reach = Math.max((radius / 3600) * radiansPerDegree + 1e-14, 1 / mostCells)
  const size = 2 * reach
  const cells = new Map<number, Entry<T>[]>()
  let count = 0
  return {
    add(position, value) {
      const [x, y, z] = vectorOf(position)
      const key = keyOf(Math.floor(x / size), Math.floor(y / size), Math.floor(z / size))
      const entry = { order: count++, value }
      const cell = cells.get(key)
      if (cell) cell.push(entry)
      else cells.set(key, [entry])
    },
    near(position) {
      if (count === 0) return []
      const found: Entry<T>[] = []
      const [low, high] = [cornerOf(position, -reach, size), cornerOf(position, reach, size)]
      for (let x = low[0]; x <= high[0]; x++) {
        for (let y = low[1]; y <= high[1]; y++) {
          for (let z = low[2]; z <= high[2]; z++) found.push(...(cells.get(keyOf(x, y, z)) ?? []))
        }
      }
      return found.sort((a, b) => a.order - b.order).map(({ value }) => value)
    }
  }
}

type Vector = [x: number, y: number, z: number]

/** The cell in which the corner of a cube around a direction lies. */
function cornerOf(position: Position, reach: number, size: number): Vector {
  const [x, y, z] = vectorOf(position)
  return [Math.floor((x + reach) / size), Math.floor((y + reach) / size), Math.floor((z + reach) / size)]
}

function keyOf(x: number, y: number, z: number): number {
  return (x * base + y) * base + z
}

function vectorOf({ ra, dec }: Position): Vector {
  const toAxis = Math.cos(dec * radiansPerDegree)
  return [toAxis * Math.cos(ra * radiansPerDegree), toAxis * Math.sin(ra * radiansPerDegree), Math.sin(dec * radiansPerDegree)]
}
