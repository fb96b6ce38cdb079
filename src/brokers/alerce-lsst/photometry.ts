import {
  type BrokerContext,
  brightnessOfFlux,
  compileCheck,
  Identifier,
  lightCurve,
  Mjd,
  Nullable,
  type PhotometryPoint,
  type Static,
  Type,
  taiMjdToIso
} from '../../broker-kit/index.ts'

const Measurement = Type.Object({
  measurement_id: Identifier,
  mjd: Mjd,
  band: Nullable(Type.Integer()),
  band_map: Type.Optional(Type.Record(Type.String(), Type.String())),
  psfFlux: Nullable(Type.Number()),
  psfFluxErr: Nullable(Type.Number())
})
const Rows = Type.Array(Type.Unknown())
const LightCurve = Type.Object({ detections: Rows, forced_photometry: Rows })

const isMeasurement = compileCheck(Measurement)
const usualBands: Readonly<Record<string, string>> = { 1: 'g', 2: 'r', 3: 'i', 4: 'z', 5: 'y', 6: 'u' }
/** As many forced measurements of one object as ALeRCE answers. */
const mostForced = 10

/** Yields the light curve of one object in order of time, each measurement once. */
export async function* readLightCurve(oid: string, { http, feedback }: BrokerContext<unknown>): AsyncGenerator<PhotometryPoint> {
  const { detections, forced_photometry: forced } = await http.json('lightcurve_api/lightcurve', LightCurve, {
    query: { survey_id: 'lsst', oid }
  })
  const points = [
    ...detections.filter(isMeasurement).map(row => pointOf(row, 'detection')),
    ...forced.filter(isMeasurement).map(row => pointOf(row, 'forced'))
  ]
  const received = detections.length + forced.length
  if (points.length < received) feedback(`${received - points.length} of ${received} measurements could not be read.`)
  if (forced.length === mostForced) feedback(`ALeRCE answers ${mostForced} forced measurements of an object at most: there may be more.`)
  yield* lightCurve(points)
}

function pointOf(row: Static<typeof Measurement>, kind: 'detection' | 'forced'): PhotometryPoint {
  const { measurement_id: sourceId, mjd, band, band_map: bands = usualBands, psfFlux, psfFluxErr } = row
  return {
    sourceId: String(sourceId),
    timestamp: taiMjdToIso(mjd),
    kind,
    survey: 'LSST',
    telescope: 'Rubin',
    band: (band !== null && bands[band]) || null,
    ...brightnessOfFlux(psfFlux, psfFluxErr)
  }
}
