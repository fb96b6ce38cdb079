import { Type } from '@sinclair/typebox'
import { type AngleInput, angleFields, notDeclination, notRightAscension } from './cone.ts'
import type { Complaint } from './schema.ts'
import { readDeclination, readRightAscension } from './sky-angle.ts'
import type { Bind } from './sky-sql.ts'

/** A part of the sky between two circles of declination and two of right ascension, edges included [deg]. */
export interface SkyBox {
  /** Larger than raMax when the box lies across right ascension 0. */
  readonly raMin: number
  readonly raMax: number
  readonly decMin: number
  readonly decMax: number
}

const described = (field: typeof angleFields.ra, description: string) => Type.Optional({ ...field, description })

/** Query parameters that make a box: all four or none. */
export const boxFilterFields = {
  raMin: described(angleFields.ra, 'Western edge of a box: ICRS right ascension [deg], or sexagesimal text in hours.'),
  raMax: described(angleFields.ra, 'Eastern edge of a box; smaller than raMin when the box lies across 0.'),
  decMin: described(angleFields.dec, 'Southern edge of a box: ICRS declination [deg], or sexagesimal text in degrees.'),
  decMax: described(angleFields.dec, 'Northern edge of a box.')
}

const edges = ['raMin', 'raMax', 'decMin', 'decMax'] as const

/** Reads the box from query parameters: null when there is none, complaints when it is not whole or not on the sky. */
export function boxOf(filter: Partial<Record<keyof SkyBox, AngleInput>>): {
  readonly box: SkyBox | null
  readonly complaints: Complaint[]
} {
  const missing = edges.filter(edge => filter[edge] === undefined)
  if (missing.length === edges.length) return { box: null, complaints: [] }
  const message = 'is required: a box is raMin, raMax, decMin and decMax'
  if (missing.length > 0) return { box: null, complaints: missing.map(edge => ({ pointer: `/${edge}`, message })) }
  const [raMin, raMax] = [readRightAscension(String(filter.raMin)), readRightAscension(String(filter.raMax))]
  const [decMin, decMax] = [readDeclination(String(filter.decMin)), readDeclination(String(filter.decMax))]
  const isRead = raMin !== undefined && raMax !== undefined && decMin !== undefined && decMax !== undefined
  if (isRead && decMin <= decMax) return { box: { raMin, raMax, decMin, decMax }, complaints: [] }
  if (isRead) return { box: null, complaints: [{ pointer: '/decMax', message: 'must be >= decMin' }] }
  const read = { raMin, raMax, decMin, decMax }
  const wrong = edges.filter(edge => read[edge] === undefined)
  return {
    box: null,
    complaints: wrong.map(edge => ({ pointer: `/${edge}`, message: edge.startsWith('ra') ? notRightAscension : notDeclination }))
  }
}

/** SQL conditions on a row `item` with columns ra and dec that lies in a box. */
export function boxConditions({ raMin, raMax, decMin, decMax }: SkyBox, bind: Bind): string[] {
  const [west, east] = [`item.ra >= ${bind(raMin)}::float8`, `item.ra <= ${bind(raMax)}::float8`]
  return [
    `item.dec BETWEEN ${bind(decMin)}::float8 AND ${bind(decMax)}::float8`,
    raMin <= raMax ? `${west} AND ${east}` : `(${west} OR ${east})`
  ]
}
