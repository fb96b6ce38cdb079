import {
  type Brightness,
  brightnessOfDeficit,
  brightnessOfFlux,
  compileCheck,
  Identifier,
  lightCurve,
  mjdToIso,
  Nullable,
  type PhotometryPoint,
  type Static,
  Type,
  unknownBrightness
} from '../../broker-kit/index.ts'

const julianZero = 2_400_000.5
const JulianDate = Type.Number({ minimum: julianZero, maximum: julianZero + 100_000 })
const MaybeNumber = Type.Optional(Nullable(Type.Number()))
const place = { jd: JulianDate, fid: Type.Optional(Nullable(Type.Integer())) }

const Detection = Type.Object({
  ...place,
  candid: Identifier,
  magpsf: MaybeNumber,
  sigmapsf: MaybeNumber,
  isdiffpos: Type.Optional(Type.Unsafe<string | number | boolean | null>({ type: ['string', 'number', 'boolean', 'null'] })),
  drb: MaybeNumber
})
const NonDetection = Type.Object({ ...place, diffmaglim: Type.Number() })
const Forced = Type.Object({ ...place, forcediffimflux: Type.Number(), forcediffimfluxunc: MaybeNumber, magzpsci: Type.Number() })

/** Tells a detection from the limits that stand among the candidates, which have no `candid`. */
export const isDetection = compileCheck(Detection)
const isNonDetection = compileCheck(NonDetection)
const isForced = compileCheck(Forced)
const hasNoCandid = compileCheck(Type.Object({ candid: Type.Optional(Type.Null()) }))

const bands: Readonly<Record<number, string>> = { 1: 'g', 2: 'r', 3: 'i' }

/** What Lasair holds of a light curve. */
export interface Measurements {
  readonly candidates: readonly unknown[]
  readonly forcedphot?: readonly unknown[] | null | undefined
}

/** The light curve: detections, upper limits and forced photometry. */
export function pointsOf({ candidates, forcedphot }: Measurements): PhotometryPoint[] {
  return lightCurve([
    ...candidates.filter(isDetection).map(pointOfDetection),
    ...candidates.filter(isLimit).map(pointOfLimit),
    ...(forcedphot ?? []).filter(isForced).map(pointOfForced)
  ])
}

/** How many measurements cannot be read. */
export function unreadableIn({ candidates, forcedphot }: Measurements): number {
  const isPoint = (candidate: unknown) => isDetection(candidate) || isLimit(candidate)
  return candidates.filter(candidate => !isPoint(candidate)).length + (forcedphot ?? []).filter(point => !isForced(point)).length
}

/** The newest detection; null when there is none. */
export function latestDetection(candidates: readonly unknown[]): Static<typeof Detection> | null {
  return candidates.filter(isDetection).reduce<Static<typeof Detection> | null>((a, b) => (a !== null && a.jd >= b.jd ? a : b), null)
}

/** Its brightness in the difference image: a magnitude, or a negative flux where it is fainter than its reference. */
export function brightnessOf({ magpsf, sigmapsf, isdiffpos }: Static<typeof Detection>): Brightness {
  const mag = known(magpsf)
  const magError = sigmapsf !== null && sigmapsf !== undefined && sigmapsf >= 0 ? sigmapsf : null
  const isNegative = ['f', '0', 0, false, -1].some(value => value === isdiffpos)
  return isNegative ? brightnessOfDeficit(mag, magError) : { ...unknownBrightness, mag, magError }
}

/** Where and when: ZTF counts its days in UTC. */
export function placeOf({ jd, fid }: { readonly jd: number; readonly fid?: number | null }) {
  return { timestamp: mjdToIso(jd - julianZero), survey: 'ZTF', telescope: 'ZTF', band: bands[fid ?? 0] ?? null }
}

/** Null for what is not known: null, left out, or a sentinel of ZTF. */
export function known(value: number | null | undefined): number | null {
  return value === undefined || value === -999 || value === -99_999 ? null : value
}

function isLimit(candidate: unknown): candidate is Static<typeof NonDetection> {
  return isNonDetection(candidate) && hasNoCandid(candidate)
}

function pointOfDetection(detection: Static<typeof Detection>): PhotometryPoint {
  return { sourceId: String(detection.candid), kind: 'detection', ...placeOf(detection), ...brightnessOf(detection) }
}

function pointOfLimit(limit: Static<typeof NonDetection>): PhotometryPoint {
  return { sourceId: null, kind: 'limit', ...placeOf(limit), ...unknownBrightness, mag: known(limit.diffmaglim) }
}

/** Forced photometry counts in the units of its image [DN], whose zero point [mag] says what they are worth. */
function pointOfForced({ forcediffimflux, forcediffimfluxunc, magzpsci, ...where }: Static<typeof Forced>): PhotometryPoint {
  const unit = 10 ** ((31.4 - magzpsci) / 2.5)
  const [flux, error] = [known(forcediffimflux), known(forcediffimfluxunc)]
  const brightness = brightnessOfFlux(flux === null ? null : flux * unit, error === null ? null : error * unit)
  return { sourceId: null, kind: 'forced', ...placeOf(where), ...brightness }
}
