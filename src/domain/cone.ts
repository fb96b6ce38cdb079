import { type Static, Type } from '@sinclair/typebox'
import { Declination, RightAscension } from './alert.ts'
import type { Complaint } from './schema.ts'

/** The one cone search of this service. A module offers it by having this schema as its `cone` parameter. */
export const ConeSearch = Type.Object(
  {
    ra: RightAscension,
    dec: Declination,
    radius: Type.Number({ exclusiveMinimum: 0, maximum: 36_000, description: 'Radius, up to 10 degrees [arcsec].' })
  },
  { title: 'ConeSearch', description: 'A circle on the sky.', additionalProperties: false, examples: [{ ra: 32, dec: -20, radius: 5 }] }
)
export type ConeSearch = Static<typeof ConeSearch>

/** Tells whether a parameter is the cone search, by its title: `Type.Optional(ConeSearch)` is a copy. */
export function isConeSearch(schema: { title?: string } | undefined): boolean {
  return schema?.title === 'ConeSearch'
}

const { ra, dec, radius } = ConeSearch.properties

/** Query parameters that make a cone: all three or none. */
export const coneFilterFields = { ra: Type.Optional(ra), dec: Type.Optional(dec), radius: Type.Optional(radius) }

/** Reads the cone from query parameters: null when there is none, complaints about what is missing when it is not whole. */
export function coneOf(filter: Partial<ConeSearch>): { readonly cone: ConeSearch | null; readonly complaints: Complaint[] } {
  const { ra, dec, radius } = filter
  if (ra !== undefined && dec !== undefined && radius !== undefined) return { cone: { ra, dec, radius }, complaints: [] }
  const missing = (['ra', 'dec', 'radius'] as const).filter(member => filter[member] === undefined)
  if (missing.length === 3) return { cone: null, complaints: [] }
  return {
    cone: null,
    complaints: missing.map(member => ({ pointer: `/${member}`, message: 'is required: a cone is ra, dec and radius' }))
  }
}
