import {
  type BrokerContext,
  compileCheck,
  Identifier,
  Mjd,
  mjdToIso,
  Nullable,
  type PhotometryPoint,
  type Static,
  Type
} from '../../broker-kit/index.ts'
import { known } from './rows.ts'

const Detection = Type.Object({
  candid: Identifier,
  mjd: Mjd,
  fid: Nullable(Type.Integer()),
  magpsf: Nullable(Type.Number()),
  sigmapsf: Nullable(Type.Number()),
  isdiffpos: Type.Optional(Nullable(Type.Number()))
})
const NonDetection = Type.Object({ mjd: Mjd, fid: Nullable(Type.Integer()), diffmaglim: Nullable(Type.Number()) })
const LightCurve = Type.Object({ detections: Type.Array(Type.Unknown()), non_detections: Type.Array(Type.Unknown()) })

const isDetection = compileCheck(Detection)
const isNonDetection = compileCheck(NonDetection)
const bands: Readonly<Record<number, string>> = { 1: 'g', 2: 'r', 3: 'i' }

/** Yields the light curve of one object in order of time, each measurement once. */
export async function* readLightCurve(objectId: string, { http, feedback }: BrokerContext<unknown>): AsyncGenerator<PhotometryPoint> {
  const { detections, non_detections } = await http.json(`objects/${encodeURIComponent(objectId)}/lightcurve`, LightCurve)
  const points = [...detections.filter(isDetection).map(pointOfDetection), ...non_detections.filter(isNonDetection).map(pointOfLimit)]
  const unreadable = detections.length + non_detections.length - points.length
  if (unreadable > 0) feedback(`${unreadable} of ${detections.length + non_detections.length} measurements could not be read.`)
  const seen = new Set<string>()
  for (const point of points.toSorted((a, b) => a.timestamp.localeCompare(b.timestamp))) {
    const key = point.sourceId ?? `${point.timestamp} ${point.band}`
    if (!seen.has(key)) yield point
    seen.add(key)
  }
}

function pointOfDetection({ candid, mjd, fid, magpsf, sigmapsf, isdiffpos }: Static<typeof Detection>): PhotometryPoint {
  const mag = known(magpsf)
  const magError = sigmapsf !== null && sigmapsf >= 0 ? sigmapsf : null
  // Fainter than the reference image: the difference is a negative flux, which has no magnitude.
  const isNegative = typeof isdiffpos === 'number' && isdiffpos < 0
  const measured = isNegative ? { ...nothing, ...negativeFlux(mag, magError) } : { ...nothing, mag, magError }
  return { sourceId: String(candid), kind: 'detection', ...placeOf(mjd, fid), ...measured }
}

function pointOfLimit({ mjd, fid, diffmaglim }: Static<typeof NonDetection>): PhotometryPoint {
  return { sourceId: null, kind: 'limit', ...placeOf(mjd, fid), ...nothing, mag: known(diffmaglim) }
}

const nothing = { mag: null, magError: null, flux: null, fluxError: null }

function placeOf(mjd: number, fid: number | null) {
  return { timestamp: mjdToIso(mjd), survey: 'ZTF', telescope: 'ZTF', band: bands[fid ?? 0] ?? null }
}

/** ZTF gives the magnitude of the absolute difference: AB, so flux [nJy] = 10^((31.4 - mag) / 2.5). */
function negativeFlux(mag: number | null, magError: number | null) {
  if (mag === null) return {}
  const flux = 10 ** ((31.4 - mag) / 2.5)
  return { flux: -flux, fluxError: magError === null ? null : (flux * magError * Math.LN10) / 2.5 }
}
