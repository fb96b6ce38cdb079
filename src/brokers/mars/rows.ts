import { type AlertOrigin, type GenericAlert, Identifier, mjdToIso, Nullable, type Static, Type } from '../../broker-kit/index.ts'

/** Julian Date minus Modified Julian Date [day]. */
const jdOfMjd = 2_400_000.5

const OptionalNumber = Type.Optional(Nullable(Type.Number()))

/** What MARS keeps of the candidate of an alert. */
export const Candidate = Type.Object({
  jd: Type.Number({ minimum: jdOfMjd, maximum: 2_500_000 }),
  fid: OptionalNumber,
  ra: Nullable(Type.Number()),
  dec: Nullable(Type.Number()),
  magpsf: Nullable(Type.Number()),
  sigmapsf: OptionalNumber,
  isdiffpos: Type.Optional(Nullable(Type.String())),
  rb: OptionalNumber,
  ndethist: OptionalNumber
})
export type Candidate = Static<typeof Candidate>

/** The number of an alert at the server. */
export const LcoId = Type.Unsafe<string | number>({ ...Identifier, pattern: '^[0-9]{1,19}$', minimum: 0 })

/** One alert as MARS answers it; only the answer for a single one has the earlier candidates. */
export const MarsAlert = Type.Object({
  lco_id: LcoId,
  candid: Identifier,
  objectId: Type.String({ pattern: '^[A-Za-z0-9_.-]{1,100}$' }),
  candidate: Candidate,
  prv_candidate: Type.Optional(Nullable(Type.Array(Type.Unknown())))
})
export type MarsAlert = Static<typeof MarsAlert>

/** The generic alert of one of MARS. */
export function toGeneric({ lco_id: number, candid, objectId, candidate }: MarsAlert, { baseUrl }: AlertOrigin): GenericAlert {
  const { jd, fid, ra, dec, magpsf, sigmapsf, isdiffpos, rb, ndethist } = candidate
  const isNegative = isFainter(isdiffpos)
  return {
    id: String(candid),
    name: objectId,
    objectId,
    survey: 'ZTF',
    timestamp: jdToIso(jd),
    ra: known(ra),
    dec: known(dec),
    mag: isNegative ? null : known(magpsf),
    magError: isNegative ? null : errorOf(sigmapsf),
    band: bandOf(fid),
    score: known(rb),
    url: `${baseUrl}${number}/`,
    classifications: [],
    detections: countOf(ndethist)
  }
}

/** Converts a Julian Date [day, UTC] to RFC 3339 [UTC]. */
export function jdToIso(jd: number): string {
  return mjdToIso(jd - jdOfMjd)
}

const bands: Readonly<Record<number, string>> = { 1: 'g', 2: 'r', 3: 'i' }

/** ZTF's passband by its number. */
export function bandOf(fid: number | null | undefined): string | null {
  return bands[fid ?? 0] ?? null
}

/** Tells whether the light is fainter than in the reference image: a negative flux, which has no magnitude. */
export function isFainter(isdiffpos: string | null | undefined): boolean {
  return isdiffpos === 'f' || isdiffpos === '0'
}

/** Null for what is not known: null, left out, or the sentinel of ZTF. */
export function known(value: number | null | undefined): number | null {
  return value === undefined || value === null || value === -999 ? null : value
}

/** The uncertainty of a magnitude [mag], where it is one. */
export function errorOf(value: number | null | undefined): number | null {
  const error = known(value)
  return error !== null && error >= 0 ? error : null
}

function countOf(value: number | null | undefined): number | null {
  const count = known(value)
  return count !== null && Number.isInteger(count) && count >= 0 ? count : null
}
