import {
  type BrokerContext,
  brightnessOfDeficit,
  brightnessOfFlux,
  compileCheck,
  Identifier,
  lightCurve,
  Mjd,
  mjdToIso,
  Nullable,
  type PhotometryPoint,
  type Static,
  Type,
  taiMjdToIso,
  unknownBrightness
} from '../../broker-kit/index.ts'
import { pagesFrom } from './pages.ts'

const Value = Type.Optional(Nullable(Type.Number()))
const Id = Type.String({ pattern: '^[^:]+:.+$' })

/** A detection (ant_survey 1) or an upper limit (2) of ZTF. */
const ZtfAlert = Type.Object({
  id: Id,
  attributes: Type.Object({
    properties: Type.Object({
      ant_survey: Type.Integer({ minimum: 1, maximum: 2 }),
      ant_mjd: Mjd,
      ant_mag: Value,
      ant_magerr: Value,
      ant_maglim: Value,
      ztf_fid: Value,
      ztf_isdiffpos: Type.Optional(Nullable(Type.Unsafe<string | number | boolean>({ type: ['string', 'number', 'boolean'] })))
    })
  })
})

/** A detection of LSST. */
const LsstAlert = Type.Object({
  id: Id,
  attributes: Type.Object({
    properties: Type.Object({
      lsst_diaSource_midpointMjdTai: Mjd,
      lsst_diaSource_psfFlux: Nullable(Type.Number()),
      lsst_diaSource_psfFluxErr: Value,
      lsst_diaSource_band: Type.Optional(Nullable(Type.String())),
      lsst_diaSource_diaSourceId: Type.Optional(Nullable(Identifier))
    })
  })
})

const isZtfAlert = compileCheck(ZtfAlert)
const isLsstAlert = compileCheck(LsstAlert)
const upperLimit = 2
const ztfBands: Readonly<Record<number, string>> = { 1: 'g', 2: 'r', 3: 'i' }
const negative: ReadonlySet<unknown> = new Set(['f', '0', '-1', 'false', 0, -1, false])

/** Yields the alerts of one locus in order of time, each measurement once. */
export async function* readLightCurve(locusId: string, context: BrokerContext<unknown>): AsyncGenerator<PhotometryPoint> {
  const alerts = await Array.fromAsync(pagesFrom({ path: `loci/${encodeURIComponent(locusId)}/alerts` }, { context }))
  const points = alerts.flatMap(alert => (isLsstAlert(alert) ? [lsstPoint(alert)] : isZtfAlert(alert) ? [ztfPoint(alert)] : []))
  const unreadable = alerts.length - points.length
  if (unreadable > 0) context.feedback(`${unreadable} of ${alerts.length} measurements could not be read.`)
  yield* lightCurve(points)
}

function ztfPoint({ id, attributes: { properties } }: Static<typeof ZtfAlert>): PhotometryPoint {
  const { ant_survey: kind, ant_mjd: mjd, ant_maglim: limit, ztf_fid: fid } = properties
  const place = { timestamp: mjdToIso(mjd), survey: 'ZTF', telescope: 'ZTF', band: ztfBands[fid ?? 0] ?? null }
  if (kind === upperLimit) return { sourceId: null, kind: 'limit', ...place, ...unknownBrightness, mag: limit ?? null }
  return { sourceId: idWithin(id), kind: 'detection', ...place, ...ztfBrightness(properties) }
}

type ZtfProperties = Static<typeof ZtfAlert>['attributes']['properties']

function ztfBrightness({ ant_mag: mag = null, ant_magerr: error = null, ztf_isdiffpos: isPositive }: ZtfProperties) {
  const magError = error !== null && error >= 0 ? error : null
  return negative.has(isPositive) ? brightnessOfDeficit(mag, magError) : { ...unknownBrightness, mag, magError }
}

function lsstPoint({ id, attributes: { properties } }: Static<typeof LsstAlert>): PhotometryPoint {
  return {
    sourceId: String(properties.lsst_diaSource_diaSourceId ?? idWithin(id)),
    timestamp: taiMjdToIso(properties.lsst_diaSource_midpointMjdTai),
    kind: 'detection',
    survey: 'LSST',
    telescope: 'Rubin',
    band: properties.lsst_diaSource_band || null,
    ...brightnessOfFlux(properties.lsst_diaSource_psfFlux, properties.lsst_diaSource_psfFluxErr ?? null)
  }
}

/** The survey's own id within an id of ANTARES: `ztf_candidate:3470490460915015042`. */
function idWithin(id: string): string {
  return id.slice(id.indexOf(':') + 1)
}
