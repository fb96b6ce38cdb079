import { Type } from '@sinclair/typebox'

/** Modified Julian Date, 1858 to 2132: enough for any alert, and always a valid date. */
export const Mjd = Type.Number({ minimum: 0, maximum: 100_000, description: 'Modified Julian Date [day].' })

const unixEpochMjd = 40_587
const millisecondsPerDay = 86_400_000
/** TAI - UTC since 2017-01-01, the newest leap second. */
const taiMinusUtcSeconds = 37

/** Converts a Modified Julian Date [day, UTC] to RFC 3339 [UTC]. */
export function mjdToIso(mjd: number): string {
  return new Date((mjd - unixEpochMjd) * millisecondsPerDay).toISOString()
}

/** Converts RFC 3339 [UTC] to a Modified Julian Date [day, UTC]. */
export function isoToMjd(iso: string): number {
  return Date.parse(iso) / millisecondsPerDay + unixEpochMjd
}

/** Converts a Modified Julian Date [day, TAI] of 2017 or later, as LSST gives it, to RFC 3339 [UTC]. */
export function taiMjdToIso(mjd: number): string {
  return new Date((mjd - unixEpochMjd) * millisecondsPerDay - taiMinusUtcSeconds * 1000).toISOString()
}
