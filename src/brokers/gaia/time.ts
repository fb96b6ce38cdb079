import { compileCheck, Mjd, mjdToIso } from '../../broker-kit/index.ts'

const secondsPerDay = 86_400
/** TCB runs ahead of TDB by this share since the Julian Date below (IAU 2006, resolution B3). */
const rate = 1.550519768e-8
const together = 2_443_144.5003725
/** TT - TAI, which TDB follows to 2 milliseconds [s]. */
const ttMinusTai = 32.184
/** TAI - UTC while Gaia observed [s], and from which Modified Julian Date on. */
const leapSeconds = [
  { from: 57_754, seconds: 37 },
  { from: 57_204, seconds: 36 },
  { from: 0, seconds: 35 }
]

const isMjd = compileCheck(Mjd)

/** Converts a Julian Date of barycentric coordinate time (TCB), as Gaia gives it, to RFC 3339 [UTC], right to about 10 milliseconds; null when it is none. */
export function tcbToIso(julianDate: number | null): string | null {
  if (julianDate === null) return null
  const tai = julianDate - rate * (julianDate - together) - ttMinusTai / secondsPerDay - 2_400_000.5
  const { seconds } = leapSeconds.find(({ from }) => tai >= from) ?? { seconds: 0 }
  const utc = tai - seconds / secondsPerDay
  return isMjd(utc) ? mjdToIso(utc) : null
}
