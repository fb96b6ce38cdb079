import type { ConeSearch } from './cone.ts'
import { pixelRanges } from './sky.ts'

/** SQL for the right ascension and declination [deg] of one direction: columns, parameters or numbers. */
export interface PositionSql {
  readonly ra: string
  readonly dec: string
}

/** Adds a value to those of a statement and answers the placeholder that stands for it. */
export type Bind = (value: unknown) => string

/** SQL for the angle between two directions, by the same formula as `separation` [arcsec]. */
export function separationSql(a: PositionSql, b: PositionSql): string {
  const chord = `${haversine(`${a.dec} - ${b.dec}`)} + cos(radians(${a.dec})) * cos(radians(${b.dec})) * ${haversine(`${a.ra} - ${b.ra}`)}`
  return `(degrees(2 * asin(least(1, sqrt(${chord})))) * 3600)`
}

function haversine(degrees: string): string {
  return `power(sin(radians(${degrees}) / 2), 2)`
}

/**
 * SQL that selects the `id` of every row of a table within a cone; `conditions` are on the row, which is called `near`.
 * The table has columns id, ra, dec and an indexed skyPixel.
 */
export function coneSql({
  table,
  cone,
  bind,
  conditions = []
}: {
  readonly table: string
  readonly cone: ConeSearch
  readonly bind: Bind
  readonly conditions?: readonly string[]
}): string {
  const ranges = pixelRanges(cone)
  const low = bind(ranges.map(range => String(range.low)))
  const high = bind(ranges.map(range => String(range.high)))
  const centre = { ra: `${bind(cone.ra)}::float8`, dec: `${bind(cone.dec)}::float8` }
  const where = ['near."skyPixel" BETWEEN range.low AND range.high', ...conditions].join(' AND ')
  // OFFSET 0 keeps the planner from turning the ranges into a join that reads the whole table.
  return `SELECT candidate.id
    FROM unnest(${low}::bigint[], ${high}::bigint[]) AS range(low, high)
    CROSS JOIN LATERAL (SELECT near.id, near.ra, near.dec FROM ${table} AS near WHERE ${where} OFFSET 0) AS candidate
    WHERE ${separationSql({ ra: 'candidate.ra', dec: 'candidate.dec' }, centre)} <= ${bind(cone.radius)}::float8`
}
