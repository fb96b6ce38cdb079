import { type GenericAlert, Identifier, mjdToIso, Nullable, type Static, Type } from '../../broker-kit/index.ts'

/** Julian Date minus Modified Julian Date [day]. */
export const jdOfMjd = 2_400_000.5

const OptionalNumber = Type.Optional(Nullable(Type.Number()))
const OptionalId = Type.Optional(Type.Unsafe<string | number | null>({ ...Identifier, type: ['string', 'integer', 'null'] }))

/** What both surveys measure. Babamul has converted the times of LSST to UTC. */
export const Measured = Type.Object({
  jd: Type.Number({ minimum: jdOfMjd, maximum: 2_500_000 }),
  band: Type.Optional(Nullable(Type.String())),
  magpsf: OptionalNumber,
  sigmapsf: OptionalNumber,
  isdiffpos: Type.Optional(Nullable(Type.Boolean())),
  psfFlux: OptionalNumber,
  psfFluxErr: OptionalNumber,
  diffmaglim: OptionalNumber,
  candid: OptionalId,
  diaSourceId: OptionalId,
  diaForcedSourceId: OptionalId
})
export type Measured = Static<typeof Measured>

/** What the classifiers of BOOM say of a ZTF alert, each about a class of its own. */
const Classifications = Type.Object({
  acai_h: OptionalNumber,
  acai_n: OptionalNumber,
  acai_v: OptionalNumber,
  acai_o: OptionalNumber,
  acai_b: OptionalNumber,
  btsbot: OptionalNumber
})

/** One alert as Babamul answers it, of either survey. */
export const BabamulAlert = Type.Object({
  candid: Identifier,
  objectId: Type.String({ pattern: '^[A-Za-z0-9_.-]{1,100}$' }),
  candidate: Type.Object({
    ...Measured.properties,
    ra: Nullable(Type.Number()),
    dec: Nullable(Type.Number()),
    drb: OptionalNumber,
    reliability: OptionalNumber,
    ndethist: OptionalNumber
  }),
  classifications: Type.Optional(Nullable(Classifications))
})
export type BabamulAlert = Static<typeof BabamulAlert>

/** The generic alert of one of Babamul's. */
export function toGeneric({ candid, objectId, candidate, classifications }: BabamulAlert): GenericAlert {
  const { jd, ra, dec, band, magpsf, sigmapsf, isdiffpos, drb, reliability, ndethist } = candidate
  const survey = surveyOf(objectId)
  // The magnitude is of the absolute difference, and a negative one has none. The flux has another unit in each survey.
  const isNegative = isdiffpos === false
  return {
    id: String(candid),
    name: objectId,
    objectId,
    survey,
    timestamp: jdToIso(jd),
    ra,
    dec,
    mag: isNegative ? null : known(magpsf),
    magError: isNegative ? null : errorOf(sigmapsf),
    band: band || null,
    score: known(survey === 'ZTF' ? drb : reliability),
    url: `https://babamul.caltech.edu/objects/${survey}/${objectId}`,
    classifications: classificationsOf(classifications ?? {}),
    detections: countOf(ndethist)
  }
}

function classificationsOf({ acai_h, acai_n, acai_v, acai_o, acai_b, btsbot }: Static<typeof Classifications>) {
  const said = [
    { label: 'hosted', probability: known(acai_h), classifier: 'ACAI' },
    { label: 'nuclear', probability: known(acai_n), classifier: 'ACAI' },
    { label: 'variable star', probability: known(acai_v), classifier: 'ACAI' },
    { label: 'orphan', probability: known(acai_o), classifier: 'ACAI' },
    { label: 'bogus', probability: known(acai_b), classifier: 'ACAI' },
    { label: 'bright transient', probability: known(btsbot), classifier: 'BTSbot' }
  ]
  const valid = said.filter(({ probability }) => probability !== null && probability >= 0 && probability <= 1)
  return valid.toSorted((a, b) => (b.probability ?? 0) - (a.probability ?? 0))
}

/** The survey that gave an object its id. */
export function surveyOf(objectId: string): 'ZTF' | 'LSST' {
  return /^ZTF/i.test(objectId) ? 'ZTF' : 'LSST'
}

/** Converts a Julian Date [day, UTC] to RFC 3339 [UTC]. */
export function jdToIso(jd: number): string {
  return mjdToIso(jd - jdOfMjd)
}

/** Null for what is not known: null, left out, no number, or a sentinel of ZTF. */
export function known(value: number | null | undefined): number | null {
  return typeof value !== 'number' || !Number.isFinite(value) || value === -999 || value === -99_999 ? null : value
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
