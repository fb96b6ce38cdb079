import {
  type BrokerContext,
  BrokerError,
  brightnessOfDeficit,
  compileCheck,
  Identifier,
  lightCurve,
  Nullable,
  type PhotometryPoint,
  type Static,
  StringEnum,
  Type,
  unknownBrightness
} from '../../broker-kit/index.ts'
import { askRows } from '../fink/answers.ts'
import { bandOf, errorOf, type FinkAlert, isFainter, JulianDate, jdToIso, known } from './rows.ts'

// Fink writes the numbers of limits, and of measurements of bad quality, as text.
const Numeric = Type.Unsafe<number | string | null>({ type: ['number', 'string', 'null'] })

/** One measurement of a light curve: of an alert, a limit, or one that did not pass Fink's cuts. */
const Measurement = Type.Object({
  'd:tag': StringEnum(['valid', 'upperlim', 'badquality']),
  'i:candid': Identifier,
  'i:jd': JulianDate,
  'i:fid': Type.Optional(Numeric),
  'i:magpsf': Type.Optional(Numeric),
  'i:sigmapsf': Type.Optional(Numeric),
  'i:diffmaglim': Type.Optional(Numeric),
  'i:isdiffpos': Type.Optional(Nullable(Type.String()))
})
type Measurement = Static<typeof Measurement>

const isMeasurement = compileCheck(Measurement)
const columns = 'i:candid,i:jd,i:fid,i:magpsf,i:sigmapsf,i:diffmaglim,i:isdiffpos'

/** Yields the light curve of one object in order of time, each measurement once. */
export async function* readLightCurve(objectId: string, { http, feedback }: BrokerContext<unknown>): AsyncGenerator<PhotometryPoint> {
  const query = { objectId, withupperlim: 'True', columns }
  const rows = await Array.fromAsync(askRows(http, { path: 'objects', query, whole: true }))
  if (rows.length === 0) throw new BrokerError('not-found', `Fink has no alert of ${objectId}.`)
  const measurements = rows.filter(isMeasurement)
  const good = measurements.filter(measurement => measurement['d:tag'] !== 'badquality')
  const [unreadable, poor] = [rows.length - measurements.length, measurements.length - good.length]
  if (unreadable > 0) feedback(`${unreadable} of ${rows.length} measurements could not be read.`)
  if (poor > 0) feedback(`${poor} of ${rows.length} measurements were left out, as they did not pass the cuts of Fink.`)
  yield* lightCurve(good.map(pointOf))
}

/** The one point of a light curve that an alert is itself. */
export function pointsOf(alert: FinkAlert): PhotometryPoint[] {
  const time = alert['i:jd']
  return time === null ? [] : [detectionAt(time, alert)]
}

type Detection = Pick<Measurement, 'i:candid' | 'i:fid' | 'i:magpsf' | 'i:sigmapsf' | 'i:isdiffpos'>

function pointOf(measurement: Measurement): PhotometryPoint {
  const time = measurement['i:jd']
  if (measurement['d:tag'] !== 'upperlim') return detectionAt(time, measurement)
  return { sourceId: null, kind: 'limit', ...placeAt(time, measurement), ...unknownBrightness, mag: numberOf(measurement['i:diffmaglim']) }
}

function detectionAt(time: number, detection: Detection): PhotometryPoint {
  const mag = numberOf(detection['i:magpsf'])
  const magError = errorOf(numberOf(detection['i:sigmapsf']))
  const brightness = isFainter(detection['i:isdiffpos']) ? brightnessOfDeficit(mag, magError) : { ...unknownBrightness, mag, magError }
  return { sourceId: String(detection['i:candid']), kind: 'detection', ...placeAt(time, detection), ...brightness }
}

function placeAt(time: number, measured: Pick<Measurement, 'i:fid'>) {
  return { timestamp: jdToIso(time), survey: 'ZTF', telescope: 'ZTF', band: bandOf(numberOf(measured['i:fid'])) }
}

function numberOf(value: number | string | null | undefined): number | null {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value
  return typeof number === 'number' && Number.isFinite(number) ? known(number) : null
}
