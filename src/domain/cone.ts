import { type Static, Type } from '@sinclair/typebox'
import { Declination, RightAscension } from './alert.ts'
import { placeInputFields, readPlace } from './place.ts'
import { type Complaint, compileCheck } from './schema.ts'
import { readDeclination, readRightAscension } from './sky-angle.ts'

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

/** A cone as a client may say it, in JSON; `readCone` turns its centre into degrees. */
export const ConeInput = Type.Object(
  { ...placeInputFields, radius: ConeSearch.properties.radius },
  { description: 'A circle on the sky.', additionalProperties: false, examples: [{ ra: '00:35:56.71', dec: '-20:30:15.2', radius: 5 }] }
)

const hasCone = compileCheck(Type.Object({ cone: Type.Object({}) }))

/** Turns the centre of the cone that an object has as its `cone`, if it is sexagesimal text, into degrees. */
export function readCone<T>(value: T): { readonly value: T; readonly complaints: Complaint[] } {
  if (!hasCone(value)) return { value, complaints: [] }
  const { value: cone, complaints } = readPlace(value.cone)
  return { value: { ...value, cone }, complaints: complaints.map(({ pointer, message }) => ({ pointer: `/cone${pointer}`, message })) }
}

/** Tells whether a parameter is the cone search, by its title: `Type.Optional(ConeSearch)` is a copy. */
export function isConeSearch(schema: { title?: string } | undefined): boolean {
  return schema?.title === 'ConeSearch'
}

const AngleInput = (description: string) => Type.Optional(Type.Unsafe<number | string>({ type: ['number', 'string'], description }))

/** A right ascension and a declination in query parameters. */
export const angleFields = {
  ra: AngleInput('ICRS right ascension [deg], or sexagesimal text in hours, such as 00:35:56.71 or 00h35m56.7s.'),
  dec: AngleInput('ICRS declination [deg], or sexagesimal text in degrees, such as -20:30:15.2 or -20d30m15.2s.')
}

/** Query parameters that make a cone: all three or none. */
export const coneFilterFields = { ...angleFields, radius: Type.Optional(ConeSearch.properties.radius) }

/** Angles as query parameters bring them. */
export type AngleInput = number | string | undefined

interface ConeInput {
  readonly ra?: AngleInput
  readonly dec?: AngleInput
  readonly radius?: number
}

/** Reads the cone from query parameters: null when there is none, complaints when it is not whole or not on the sky. */
export function coneOf(filter: ConeInput): { readonly cone: ConeSearch | null; readonly complaints: Complaint[] } {
  const { ra, dec, radius } = filter
  const missing = (['ra', 'dec', 'radius'] as const).filter(member => filter[member] === undefined)
  if (missing.length === 3) return { cone: null, complaints: [] }
  if (missing.length > 0) {
    const message = 'is required: a cone is ra, dec and radius'
    return { cone: null, complaints: missing.map(member => ({ pointer: `/${member}`, message })) }
  }
  const [centreRa, centreDec] = [readRightAscension(String(ra)), readDeclination(String(dec))]
  const isOnSky = centreRa !== undefined && centreRa < 360 && centreDec !== undefined
  if (isOnSky && radius !== undefined) return { cone: { ra: centreRa, dec: centreDec, radius }, complaints: [] }
  return {
    cone: null,
    complaints: [
      ...(centreRa === undefined || centreRa === 360 ? [{ pointer: '/ra', message: notRightAscension }] : []),
      ...(centreDec === undefined ? [{ pointer: '/dec', message: notDeclination }] : [])
    ]
  }
}

/** What is wrong with a text that is no right ascension. */
export const notRightAscension = 'must be 0 to 360 [deg], or sexagesimal text in hours as in 00:35:56.71'
/** What is wrong with a text that is no declination. */
export const notDeclination = 'must be -90 to 90 [deg], or sexagesimal text in degrees as in -20:30:15.2'
