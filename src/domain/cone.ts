import { type Static, Type } from '@sinclair/typebox'
import { Declination, RightAscension } from './alert.ts'

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
