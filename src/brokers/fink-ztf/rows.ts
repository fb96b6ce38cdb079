import { type GenericAlert, Identifier, mjdToIso, Nullable, type Static, Type } from '../../broker-kit/index.ts'
import { labelOf } from '../fink/texts.ts'

/** Julian Date minus Modified Julian Date [day]. */
export const jdOfMjd = 2_400_000.5

/** A Julian Date that surely is a valid date. */
export const JulianDate = Type.Number({ minimum: jdOfMjd, maximum: 2_500_000, description: 'Julian Date [day, UTC].' })

const OptionalText = Type.Optional(Nullable(Type.String()))
const OptionalNumber = Type.Optional(Nullable(Type.Number()))

/** One alert as Fink answers it: `i:` is what ZTF sent, `d:` what Fink added, `v:` what it works out when asked. */
export const FinkAlert = Type.Object({
  'i:candid': Identifier,
  'i:objectId': Type.String({ pattern: '^[A-Za-z0-9_.-]{1,100}$' }),
  'i:jd': Nullable(JulianDate),
  'i:ra': Nullable(Type.Number()),
  'i:dec': Nullable(Type.Number()),
  'i:magpsf': Nullable(Type.Number()),
  'i:sigmapsf': OptionalNumber,
  'i:fid': OptionalNumber,
  'i:isdiffpos': OptionalText,
  'i:ndethist': OptionalNumber,
  'd:rf_snia_vs_nonia': OptionalNumber,
  'v:classification': OptionalText,
  'd:classification': OptionalText,
  'd:tns': OptionalText,
  'd:cdsxmatch': OptionalText,
  'd:vsx': OptionalText,
  'd:gcvs': OptionalText
})
export type FinkAlert = Static<typeof FinkAlert>

/** The generic alert of one of Fink's. */
export function toGeneric(alert: FinkAlert): GenericAlert {
  const objectId = alert['i:objectId']
  const time = known(alert['i:jd'])
  const isNegative = isFainter(alert['i:isdiffpos'])
  return {
    id: String(alert['i:candid']),
    name: objectId,
    objectId,
    survey: 'ZTF',
    timestamp: time === null ? null : jdToIso(time),
    ra: known(alert['i:ra']),
    dec: known(alert['i:dec']),
    mag: isNegative ? null : known(alert['i:magpsf']),
    magError: isNegative ? null : errorOf(alert['i:sigmapsf']),
    band: bandOf(alert['i:fid']),
    score: scoreOf(alert['d:rf_snia_vs_nonia']),
    url: `https://ztf.fink-portal.org/${objectId}`,
    classifications: [
      ...labelOf('Fink', alert['v:classification'] ?? alert['d:classification']),
      ...labelOf('TNS', alert['d:tns']),
      ...labelOf('SIMBAD', alert['d:cdsxmatch']),
      ...labelOf('VSX', alert['d:vsx']),
      ...labelOf('GCVS', alert['d:gcvs'])
    ],
    detections: countOf(alert['i:ndethist'])
  }
}

/** Converts a Julian Date [day, UTC] to RFC 3339 [UTC]. */
export function jdToIso(jd: number): string {
  return mjdToIso(jd - jdOfMjd)
}

/** ZTF's passband by its number. */
export function bandOf(fid: number | null | undefined): string | null {
  return bands[fid ?? 0] ?? null
}

const bands: Readonly<Record<number, string>> = { 1: 'g', 2: 'r', 3: 'i' }

/** Tells whether the light is fainter than in the reference image: a negative flux, which has no magnitude. */
export function isFainter(isdiffpos: string | null | undefined): boolean {
  return isdiffpos === 'f' || isdiffpos === '0'
}

/** Null for what is not known: null, left out, or a sentinel of ZTF. */
export function known(value: number | null | undefined): number | null {
  return value === undefined || value === null || value === -999 || value === -99_999 ? null : value
}

/** The uncertainty of a magnitude [mag], where it is one. */
export function errorOf(value: number | null | undefined): number | null {
  const error = known(value)
  return error !== null && error >= 0 ? error : null
}

// -1 stands for a classifier that did not run.
function scoreOf(value: number | null | undefined): number | null {
  const score = known(value)
  return score === -1 ? null : score
}

function countOf(value: number | null | undefined): number | null {
  const count = known(value)
  return count !== null && Number.isInteger(count) && count >= 0 ? count : null
}
