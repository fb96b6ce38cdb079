import { type BrokerContext, BrokerError, lightCurve, type PhotometryPoint, unknownBrightness } from '../../broker-kit/index.ts'
import { numberOf } from './rows.ts'
import { tcbToIso } from './time.ts'

/** What stands for the magnitude of a measurement that is not trusted. */
const untrusted: ReadonlySet<string> = new Set(['', 'untrusted', 'null', 'nan', 'none'])

/** Yields the light curve of one object in order of time: the G magnitude of each time that Gaia saw it. */
export async function* readLightCurve(name: string, { http, feedback }: BrokerContext<unknown>): AsyncGenerator<PhotometryPoint> {
  const measurements = measurementsIn(await http.text(`alert/${encodeURIComponent(name)}/lightcurve.csv`))
  const points = measurements.flatMap(pointOf)
  const without = measurements.filter(({ mag }) => untrusted.has(mag.toLowerCase())).length
  const unreadable = measurements.length - points.length - without
  if (without > 0) feedback(`${without} of ${measurements.length} measurements have no trusted magnitude, and are left out.`)
  if (unreadable > 0) feedback(`${unreadable} of ${measurements.length} measurements could not be read.`)
  yield* lightCurve(points)
}

interface Measurement {
  readonly julianDate: string
  readonly mag: string
}

/** The lines behind the header `#Date,JD(TCB),averagemag`, in front of which stands the name. */
function measurementsIn(text: string): Measurement[] {
  const lines = text.split(/\r?\n/)
  const header = lines.findIndex(line => /\bJD\b.*mag/i.test(line))
  if (header === -1) throw new BrokerError('bad-response', 'Gaia answered something else than a light curve.')
  const rows = lines.slice(header + 1).map(line => line.split(',').map(field => field.trim()))
  if ((rows.at(-1)?.length ?? 3) < 3 && lines.at(-1) !== '')
    throw new BrokerError('bad-response', 'Gaia answered a light curve that is cut off.')
  return rows.flatMap(([date, julianDate = '', mag = '?']) => (date === '' && julianDate === '' ? [] : [{ julianDate, mag }]))
}

function pointOf({ julianDate, mag: text }: Measurement): PhotometryPoint[] {
  const [timestamp, mag] = [tcbToIso(numberOf(julianDate)), numberOf(text)]
  if (timestamp === null || mag === null) return []
  return [{ sourceId: null, timestamp, kind: 'detection', survey: 'Gaia', telescope: 'Gaia', band: 'G', ...unknownBrightness, mag }]
}
