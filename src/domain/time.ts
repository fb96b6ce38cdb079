import { type Static, type TOptional, type TString, Type } from '@sinclair/typebox'
import type { Complaint } from './schema.ts'

/** Modified Julian Date, 1858 to 2132: enough for any alert, and always a valid date. */
export const Mjd = Type.Number({ minimum: 0, maximum: 100_000, description: 'Modified Julian Date [day].' })

const unixEpochMjd = 40_587
const millisecondsPerDay = 86_400_000
/** TAI - UTC since 2017-01-01, the newest leap second. */
const taiMinusUtcSeconds = 37

/** Converts a Modified Julian Date [day, UTC] to RFC 3339 [UTC]. */
export function mjdToIso(mjd: number): string {
  return new Date(Math.round((mjd - unixEpochMjd) * millisecondsPerDay)).toISOString()
}

/** Converts RFC 3339 [UTC] to a Modified Julian Date [day, UTC]. */
export function isoToMjd(iso: string): number {
  return Date.parse(iso) / millisecondsPerDay + unixEpochMjd
}

/** Converts a Modified Julian Date [day, TAI] of 2017 or later, as LSST gives it, to RFC 3339 [UTC]. */
export function taiMjdToIso(mjd: number): string {
  return new Date(Math.round((mjd - unixEpochMjd) * millisecondsPerDay) - taiMinusUtcSeconds * 1000).toISOString()
}

/** Converts RFC 3339 [UTC] of 2017 or later to a Modified Julian Date [day, TAI], as LSST gives it. */
export function isoToTaiMjd(iso: string): number {
  return isoToMjd(iso) + (taiMinusUtcSeconds * 1000) / millisecondsPerDay
}

const day28 = '(0[1-9]|1[0-9]|2[0-8])'
const day30 = '(0[1-9]|[12][0-9]|30)'
const day31 = '(0[1-9]|[12][0-9]|3[01])'
const dayOfYear = (sign: string) => `((0[13578]|1[02])${sign}${day31}|(0[469]|11)${sign}${day30}|02${sign}${day28})`
const leapYear = '([1-9][0-9](0[48]|[2468][048]|[13579][26])|([2468][048]|[13579][26])00)'
const clock = '([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]'

/** Pattern of a day that the calendar has, `2018-08-27`: JavaScript takes 2018-02-31 for 3 March. */
export const calendarDay = `([1-9][0-9]{3}-${dayOfYear('-')}|${leapYear}-02-29)`
/** `08/27/18`; the years are 2000 to 2099. */
const americanDay = `(${dayOfYear('/')}/[0-9]{2}|02/29/(0[048]|[2468][048]|[13579][26]))`

/** A time as brokers write it: `2018-08-27`, `2018-08-27 15:43:47.5`, `2018-08-27T15:43:47Z` or `08/27/18 15:43:47` [UTC]. */
export const UtcText = Type.String({
  pattern: `^(${calendarDay}([T ]${clock}([.][0-9]+)?(Z|[+]00:00)?)?|${americanDay} ${clock})$`,
  description: 'Time, as in 2018-08-27T15:43:47Z or 08/27/18 15:43:47 [UTC].'
})

/** Converts a time that fits `UtcText` to RFC 3339 [UTC]. */
export function utcTextToIso(text: string): string {
  const [date = '', time = '00:00:00'] = text.replace(/^(..)\/(..)\/(..)/, '20$3-$1-$2').split(/[T ]/)
  return new Date(`${date}T${time.replace(/Z|[+].*/, '')}Z`).toISOString()
}

const utcPattern = '^[12][0-9]{3}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-5][0-9](\\.[0-9]+)?Z$'

/** An instant that a query asks for. */
export const UtcTime = Type.String({
  format: 'date-time',
  pattern: utcPattern,
  description: 'Instant, as in 2018-08-27T15:43:47Z [UTC, RFC 3339].',
  examples: ['2018-08-27T15:43:47Z']
})

/** The one time range of queries; either end may be open. */
export const UtcRange = Type.Object(
  { after: Type.Optional(UtcTime), before: Type.Optional(UtcTime) },
  {
    title: 'UtcRange',
    additionalProperties: false,
    minProperties: 1,
    description: 'From `after` to `before`, both included; either may be left out [UTC].',
    examples: [{ after: '2018-08-27T00:00:00Z', before: '2018-09-01T00:00:00Z' }]
  }
)
export type UtcRange = Static<typeof UtcRange>

/** A query parameter that bounds a list in time. */
export function timeFilter(description: string): TOptional<TString> {
  return Type.Optional({ ...UtcTime, description: `${description} [UTC, RFC 3339].` })
}

/** Says which of two query parameters are the wrong way round; one that is left out, or no time, is not. */
export function rangeComplaints<Name extends string>(
  filter: { readonly [name in Name]?: string | undefined },
  ranges: readonly (readonly [after: Name, before: Name])[]
): Complaint[] {
  const isReversed = ([after, before]: readonly [Name, Name]) => Date.parse(filter[after] ?? '') > Date.parse(filter[before] ?? '')
  return ranges.filter(isReversed).map(([after, before]) => ({ pointer: `/${after}`, message: `must not be later than ${before}` }))
}
