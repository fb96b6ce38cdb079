import type { ConeSearch } from './cone.ts'
import { pixelRanges } from './sky.ts'

/** SQL for the right ascension and declination [deg] of one direction: columns, parameters or numbers. */
export interface PositionSql {
  readonly ra: string
  readonly dec: string
}

/** Adds a value to those of a statement and answers the placeholder that stands for it. */
export type Bind = (value: unknown) => string

/** Which rows of a table to select; a condition is on one row, which it calls `item`. */
export interface Selection {
  readonly table: string
  readonly conditions: readonly string[]
  readonly bind: Bind
  /** Only rows in this cone; the table has columns ra, dec and an indexed skyPixel. */
  readonly cone: ConeSearch | null
  /** What else to select of the rows, beside `id`. */
  readonly columns?: readonly string[]
}

/** SQL for the angle between two directions, by the same formula as `separation` [arcsec]. */
export function separationSql(a: PositionSql, b: PositionSql): string {
  const chord = `${haversine(`${a.dec} - ${b.dec}`)} + ${cosine(a.dec)} * ${cosine(b.dec)} * ${haversine(`${a.ra} - ${b.ra}`)}`
  return `(degrees(2 * asin(least(1, sqrt(${chord})))) * 3600)`
}

function haversine(degrees: string): string {
  return `power(sin(radians(${withoutDust(degrees)}) / 2), 2)`
}

function cosine(degrees: string): string {
  return `cos(radians(${withoutDust(degrees)}))`
}

/** PostgreSQL stops at a product that is too small for a double: less than 1e-16 becomes 0, far below any angle that counts. */
function withoutDust(degrees: string): string {
  return `(${degrees} + 1 - 1)`
}

/**
 * SQL that selects the `id` of every row that meets all conditions and lies in the cone, and its `separation` from the
 * centre [arcsec]; null without a cone.
 */
export function idsSql({ cone, ...selection }: Selection): string {
  if (cone) return idsInConeSql({ cone, ...selection })
  const { table, conditions } = selection
  return `SELECT ${selected('item', selection)}, NULL::float8 AS separation FROM ${table} AS item WHERE ${[...conditions, 'true'].join(' AND ')}`
}

function selected(row: string, { columns = [] }: Pick<Selection, 'columns'>): string {
  return ['id', ...columns].map(column => `${row}."${column}"`).join(', ')
}

function idsInConeSql({ table, conditions, bind, cone, ...selection }: Selection & { cone: ConeSearch }): string {
  const ranges = pixelRanges(cone)
  const low = bind(ranges.map(range => range.low.toString()))
  const high = bind(ranges.map(range => range.high.toString()))
  const centre = { ra: `${bind(cone.ra)}::float8`, dec: `${bind(cone.dec)}::float8` }
  const where = ['item."skyPixel" BETWEEN range.low AND range.high', ...conditions].join(' AND ')
  const separation = separationSql({ ra: 'candidate.ra', dec: 'candidate.dec' }, centre)
  // OFFSET 0 keeps the planner from turning the ranges into a join that reads the whole table.
  return `SELECT * FROM (
      SELECT ${selected('candidate', selection)}, ${separation} AS separation
      FROM unnest(${low}::bigint[], ${high}::bigint[]) AS range(low, high)
      CROSS JOIN LATERAL (SELECT item.* FROM ${table} AS item WHERE ${where} OFFSET 0) AS candidate
    ) AS near WHERE separation <= ${bind(cone.radius)}::float8`
}
