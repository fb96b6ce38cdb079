import {
  type BrokerContext,
  BrokerError,
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
import { rowsOfObject } from './fetch.ts'
import { type FinkAlert, idOf } from './rows.ts'

const measured = {
  'r:midpointMjdTai': Mjd,
  'r:band': Nullable(Type.String()),
  'r:psfFlux': Nullable(Type.Number()),
  'r:psfFluxErr': Type.Optional(Nullable(Type.Number()))
}
const isDetection = compileCheck(Type.Object({ 'r:diaSourceId': Identifier, ...measured }))
const isForced = compileCheck(Type.Object({ 'r:diaForcedSourceId': Identifier, ...measured }))
const columns = 'r:diaObjectId,r:midpointMjdTai,r:band,r:psfFlux,r:psfFluxErr'

/** Yields the light curve of one object in order of time, each measurement once. */
export async function* readLightCurve(objectId: string, context: BrokerContext<unknown>): AsyncGenerator<PhotometryPoint> {
  const sources = await Array.fromAsync(rowsOfObject({ path: 'sources', objectId, columns: `r:diaSourceId,${columns}` }, context))
  const forced = await Array.fromAsync(rowsOfObject({ path: 'fp', objectId, columns: `r:diaForcedSourceId,${columns}` }, context))
  const points = [
    ...sources.filter(isDetection).map(row => pointOf(row, { kind: 'detection', sourceId: String(row['r:diaSourceId']) })),
    ...forced.filter(isForced).map(row => pointOf(row, { kind: 'forced', sourceId: String(row['r:diaForcedSourceId']) }))
  ]
  const received = sources.length + forced.length
  if (received === 0) throw new BrokerError('not-found', `Fink has no alert of ${objectId}.`)
  if (points.length < received) context.feedback(`${received - points.length} of ${received} measurements could not be read.`)
  yield* lightCurve(points)
}

/** The one point of a light curve that a detection is itself; the summary of an object has none. */
export function pointsOf(alert: FinkAlert): PhotometryPoint[] {
  const sourceId = idOf(alert['r:diaSourceId'])
  const time = alert['r:midpointMjdTai'] ?? null
  if (sourceId === null || time === null) return []
  const measurement = { 'r:midpointMjdTai': time, 'r:band': alert['r:band'] ?? null, 'r:psfFlux': alert['r:psfFlux'] ?? null }
  return [pointOf({ ...measurement, 'r:psfFluxErr': alert['r:psfFluxErr'] ?? null }, { kind: 'detection', sourceId })]
}

const Measurement = Type.Object(measured)

function pointOf(row: Static<typeof Measurement>, { kind, sourceId }: Pick<PhotometryPoint, 'kind' | 'sourceId'>): PhotometryPoint {
  return {
    sourceId,
    timestamp: taiMjdToIso(row['r:midpointMjdTai']),
    kind,
    survey: 'LSST',
    telescope: 'Rubin',
    band: row['r:band'] || null,
    ...brightnessOfFlux(row['r:psfFlux'], row['r:psfFluxErr'] ?? null)
  }
}
