import { type Static, type TNumber, type TProperties, type TSchema, Type } from '@sinclair/typebox'
import { Declination, RightAscension } from '../domain/alert.ts'
import { namePattern } from '../domain/name.ts'
import { Nullable, StringEnum } from '../domain/schema.ts'

const Quantity = (description: string, bounds: { minimum?: number; maximum?: number } = {}): TNumber =>
  Type.Number({ ...bounds, description })
const Angle = (description: string) => Quantity(`${description} [deg].`, { minimum: -360, maximum: 360 })
const Instant = (description: string) => Quantity(`${description} [MJD].`, { minimum: 0, maximum: 100_000 })

/** Where a sidereal target is. */
export const placeFields = { ra: RightAscension, dec: Declination }

/** What else can be known of a sidereal target. */
export const siderealFields = {
  epoch: Quantity('Epoch of the coordinates [Julian year].', { minimum: 0, maximum: 2100 }),
  parallax: Quantity('Parallax [mas].'),
  pmRa: Quantity('Proper motion in right ascension, times cos(dec) [mas/yr].'),
  pmDec: Quantity('Proper motion in declination [mas/yr].'),
  galacticLng: Quantity('Galactic longitude [deg].', { minimum: 0, maximum: 360 }),
  galacticLat: Quantity('Galactic latitude [deg].', { minimum: -90, maximum: 90 }),
  distance: Quantity('Distance [pc].', { minimum: 0 }),
  distanceErr: Quantity('Uncertainty of distance [pc].', { minimum: 0 })
}

/** What every orbit needs. */
export const orbitFields = {
  epochOfElements: Instant('Epoch of the elements'),
  inclination: Quantity('Inclination to the ecliptic, J2000 [deg].', { minimum: 0, maximum: 180 }),
  lngAscNode: Angle('Longitude of the ascending node, J2000'),
  argOfPerihelion: Angle('Argument of perihelion, J2000'),
  eccentricity: Quantity('Eccentricity [1]; above 0.9, the scheme is MPC_COMET.', { minimum: 0 })
}

/** What an orbit needs by its scheme. */
export const schemeFields = {
  MPC_COMET: {
    perihdist: Quantity('Perihelion distance [AU].', { minimum: 0 }),
    epochOfPerihelion: Instant('Time of perihelion')
  },
  MPC_MINOR_PLANET: {
    meanAnomaly: Angle('Mean anomaly at the epoch of the elements'),
    semimajorAxis: Quantity('Semimajor axis [AU].')
  },
  JPL_MAJOR_PLANET: {
    meanDailyMotion: Quantity('Mean daily motion [deg/day].', { minimum: 0 }),
    meanAnomaly: Angle('Mean anomaly at the epoch of the elements'),
    semimajorAxis: Quantity('Semimajor axis [AU].')
  }
}

/** What else can be known of a moving target. */
export const ephemerisFields = {
  ephemerisPeriod: Quantity('Period of the ephemeris [day].', { minimum: 0 }),
  ephemerisPeriodErr: Quantity('Uncertainty of ephemerisPeriod [day].', { minimum: 0 }),
  ephemerisEpoch: Quantity('Epoch of the ephemeris [day].'),
  ephemerisEpochErr: Quantity('Uncertainty of ephemerisEpoch [day].', { minimum: 0 }),
  absMag: Quantity('Absolute magnitude: H, or m1 of a comet [mag].'),
  slope: Quantity('Slope of the magnitude law: G, or k1 of a comet.')
}

/** All numbers of a moving target. */
export const movingFields = {
  ...orbitFields,
  ...schemeFields.MPC_COMET,
  ...schemeFields.JPL_MAJOR_PLANET,
  ...ephemerisFields
}

/** All numbers of a target. */
export const numberFields = { ...placeFields, ...siderealFields, ...movingFields }
export type NumberField = keyof typeof numberFields

export const TargetType = StringEnum(['SIDEREAL', 'NON_SIDEREAL'], {
  description: 'SIDEREAL stays where it is, but for its proper motion; NON_SIDEREAL moves along an orbit.'
})
export type TargetType = Static<typeof TargetType>

export const Scheme = StringEnum(['MPC_MINOR_PLANET', 'MPC_COMET', 'JPL_MAJOR_PLANET'], {
  description: 'Which elements describe the orbit of a target that moves.'
})
export type Scheme = Static<typeof Scheme>

export const Permissions = StringEnum(['OPEN', 'PUBLIC', 'PRIVATE'], {
  description: 'Who may see it in a TOM: everyone (OPEN), everyone who has logged in (PUBLIC), or who was given access (PRIVATE).'
})
export type Permissions = Static<typeof Permissions>

/** A name of a target; two spellings of one name are one name. */
export const Name = Type.String({
  minLength: 1,
  maxLength: 500,
  pattern: namePattern,
  description: 'Name; case, space, dashes, `_`, parentheses and a leading AT or SN of a TNS name do not count.',
  examples: ['SN 2024abc']
})

/** A text, a number or a truth value. */
export type ExtraValue = string | number | boolean

const extraType = { type: ['string', 'number', 'boolean'], maxLength: 10_000 }
const keys = { minLength: 1, maxLength: 200 }

/** What else is known of a target, as a client sends it. */
export const Extras = Type.Unsafe<Record<string, ExtraValue>>({
  type: 'object',
  propertyNames: keys,
  maxProperties: 500,
  additionalProperties: extraType,
  description:
    'What else is known of it: texts, numbers and truth values by key. An integer with more digits than a double holds is kept as the text of its digits.',
  examples: [{ host: 'NGC 1234', redshift: 0.012, confirmed: true }]
})

/** Changes to what else is known: null removes a key, keys that are left out stay. */
export const ExtrasPatch = Type.Unsafe<Record<string, ExtraValue | null>>({
  type: 'object',
  propertyNames: keys,
  maxProperties: 500,
  additionalProperties: { ...extraType, type: [...extraType.type, 'null'] },
  description: 'Changes to the extras: null removes a key, keys that are left out stay; null for all removes all.'
})

/** Lets every field be null. */
export function nullable(fields: Record<string, TSchema>): TProperties {
  return Object.fromEntries(Object.entries(fields).map(([name, field]) => [name, Nullable(field)]))
}

/** Lets every field be left out, or be null. */
export function optional(fields: Record<string, TSchema>): TProperties {
  return Object.fromEntries(Object.entries(nullable(fields)).map(([name, field]) => [name, Type.Optional(field)]))
}
