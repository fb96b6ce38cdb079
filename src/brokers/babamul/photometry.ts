import {
  type Brightness,
  brightnessOfDeficit,
  brightnessOfFlux,
  compileCheck,
  lightCurve,
  Nullable,
  type PhotometryPoint,
  Type,
  unknownBrightness
} from '../../broker-kit/index.ts'
import { asking, type BabamulContext } from './requests.ts'
import { type BabamulAlert, errorOf, jdToIso, known, Measured, surveyOf } from './rows.ts'

const Entries = Type.Optional(Nullable(Type.Array(Type.Unknown())))
const ObjectAnswer = Type.Object({
  data: Type.Object({ objectId: Type.String(), prv_candidates: Type.Array(Type.Unknown()), prv_nondetections: Entries, fp_hists: Entries })
})
const isMeasured = compileCheck(Measured)

/** What Babamul calls nJy for ZTF is a millionth of it: 23.9 is the zero point of microjanskys, not of janskys. */
const ztfUnit = 1e6

/** Yields the light curve of one object in order of time, each measurement once; the survey is known by the id. */
export async function* readLightCurve(objectId: string, context: BabamulContext): AsyncGenerator<PhotometryPoint> {
  const survey = surveyOf(objectId)
  const { data } = await context.http.json(`surveys/${survey}/objects/${encodeURIComponent(objectId)}`, ObjectAnswer, asking(context))
  const entries = [
    ...data.prv_candidates.map(entry => ({ entry, kind: 'detection' as const })),
    ...(data.prv_nondetections ?? []).map(entry => ({ entry, kind: 'limit' as const })),
    ...(data.fp_hists ?? []).map(entry => ({ entry, kind: 'forced' as const }))
  ]
  const points = entries.flatMap(({ entry, kind }) => (isMeasured(entry) ? [pointOf(entry, { kind, survey })] : []))
  const unreadable = entries.length - points.length
  if (unreadable > 0) context.feedback(`${unreadable} of ${entries.length} measurements could not be read.`)
  yield* lightCurve(points)
}

/** The one point of a light curve that an alert is itself. */
export function pointsOf({ candid, objectId, candidate }: BabamulAlert): PhotometryPoint[] {
  return [{ ...pointOf(candidate, { kind: 'detection', survey: surveyOf(objectId) }), sourceId: String(candid) }]
}

interface Place {
  readonly kind: PhotometryPoint['kind']
  readonly survey: 'ZTF' | 'LSST'
}

function pointOf(measured: Measured, { kind, survey }: Place): PhotometryPoint {
  const sourceId = measured.candid ?? measured.diaSourceId ?? measured.diaForcedSourceId
  return {
    sourceId: sourceId ? String(sourceId) : null,
    timestamp: jdToIso(measured.jd),
    kind,
    survey,
    telescope: survey === 'ZTF' ? 'ZTF' : 'Rubin',
    band: measured.band || null,
    ...brightnessIn(measured, { kind, survey })
  }
}

function brightnessIn({ magpsf, sigmapsf, isdiffpos, psfFlux, psfFluxErr, diffmaglim }: Measured, { kind, survey }: Place): Brightness {
  if (kind === 'limit') return { ...unknownBrightness, mag: known(diffmaglim) }
  const [flux, fluxError] = [known(psfFlux), errorOf(psfFluxErr)]
  if (survey === 'LSST') return brightnessOfFlux(flux, fluxError)
  if (kind === 'forced') return brightnessOfFlux(flux === null ? null : flux / ztfUnit, fluxError === null ? null : fluxError / ztfUnit)
  const [mag, magError] = [known(magpsf), errorOf(sigmapsf)]
  return isdiffpos === false ? brightnessOfDeficit(mag, magError) : { ...unknownBrightness, mag, magError }
}
