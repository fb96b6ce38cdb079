import {
  type Brightness,
  BrokerError,
  brightnessOfFlux,
  compileCheck,
  lightCurve,
  mjdToIso,
  Nullable,
  type PhotometryPoint,
  type Static,
  Type,
  UtcText,
  unknownBrightness,
  utcTextToIso
} from '../../broker-kit/index.ts'
import { MaybeNumber, nameIn, numberOf } from './fields.ts'
import { isNamed } from './objects.ts'
import { bareName } from './parameters.ts'
import { askTns, type TnsContext } from './requests.ts'

const julianZero = 2_400_000.5
const Measurement = Type.Object({
  jd: MaybeNumber,
  obsdate: Type.Optional(Nullable(Type.String())),
  flux: MaybeNumber,
  fluxerr: MaybeNumber,
  limflux: MaybeNumber,
  flux_unit: Type.Optional(Type.Unknown()),
  filters: Type.Optional(Type.Unknown()),
  telescope: Type.Optional(Type.Unknown()),
  instrument: Type.Optional(Type.Unknown())
})
type Measurement = Static<typeof Measurement>

const isMeasurement = compileCheck(Measurement)
const isJulianDate = compileCheck(Type.Number({ minimum: julianZero, maximum: julianZero + 100_000 }))
const isTime = compileCheck(UtcText)
const hasPhotometry = compileCheck(Type.Object({ photometry: Type.Array(Type.Unknown()) }))
const hasOlderPhotometry = compileCheck(Type.Object({ reply: Type.Object({ photometry: Type.Array(Type.Unknown()) }) }))

/** What a flux in each unit is worth [nJy]. */
const units: Readonly<Record<string, number>> = { nJy: 1, uJy: 1e3, microJy: 1e3, mJy: 1e6, Jy: 1e9 }

/** Yields the measurements that were reported to TNS: magnitudes or fluxes, and limits. */
export async function* readLightCurve(name: string, context: TnsContext): AsyncGenerator<PhotometryPoint> {
  const object = await askTns('get/object', { objname: bareName(name), photometry: '1', spectra: '0' }, context)
  if (!isNamed(object)) throw new BrokerError('not-found', `TNS knows no object ${name}.`)
  const measurements = measurementsIn(object)
  if (measurements === null) return context.feedback(`TNS answered ${name} without a list of its photometry.`)
  const points = measurements.filter(isMeasurement).flatMap(measurement => pointOf(measurement) ?? [])
  const unreadable = measurements.length - points.length
  if (unreadable > 0) context.feedback(`${unreadable} of ${measurements.length} measurements have no time, value or unit that can be read.`)
  yield* lightCurve(points)
}

function measurementsIn(object: unknown): readonly unknown[] | null {
  if (hasPhotometry(object)) return object.photometry
  return hasOlderPhotometry(object) ? object.reply.photometry : null
}

/** A point of the light curve; null for one without a time, and for a unit that is neither a magnitude nor a flux density. */
function pointOf(measurement: Measurement): PhotometryPoint | null {
  const { flux, fluxerr, limflux, flux_unit, filters, telescope, instrument } = measurement
  const timestamp = timeOf(measurement)
  const [value, limit, error] = [numberOf(flux), numberOf(limflux), numberOf(fluxerr)]
  const unit = nameIn(flux_unit) ?? ''
  const brightness = brightnessIn(unit, value ?? limit, value === null || error === 0 ? null : error)
  if (brightness === null || timestamp === null) return null
  return {
    sourceId: null,
    kind: value === null ? 'limit' : 'detection',
    timestamp,
    survey: null,
    telescope: [telescope, instrument].map(nameIn).find(name => name !== null && name !== 'Other') ?? null,
    band: nameIn(filters),
    ...brightness
  }
}

function timeOf({ jd, obsdate }: Measurement): string | null {
  const day = numberOf(jd)
  if (isJulianDate(day)) return mjdToIso(day - julianZero)
  return isTime(obsdate) ? utcTextToIso(obsdate) : null
}

function brightnessIn(unit: string, value: number | null, error: number | null): Brightness | null {
  if (value === null) return null
  if (/mag/i.test(unit)) return { ...unknownBrightness, mag: value, magError: error !== null && error > 0 ? error : null }
  const worth = units[unit]
  return worth === undefined ? null : brightnessOfFlux(value * worth, error === null ? null : error * worth)
}
