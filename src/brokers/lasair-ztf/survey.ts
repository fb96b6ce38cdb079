import { BrokerError, isBrokerError, isoToMjd, type PhotometryPoint, Type } from '../../broker-kit/index.ts'
import { asking, type LasairContext, readRows } from '../lasair/requests.ts'
import { queryForIds } from '../lasair/sql.ts'
import type { LasairSurvey } from '../lasair/survey.ts'
import { selectedColumns } from './alerts.ts'
import { pointsOf, unreadableIn } from './light-curve.ts'

/** What is particular to the Lasair of ZTF. */
export const ztf: LasairSurvey = {
  columns: { id: 'objectId', lastDetection: 'jdmax', detections: 'ncand', selected: selectedColumns },
  timeOf: utc => isoToMjd(utc) + 2_400_000.5,
  idPattern: /^[A-Za-z0-9]{1,32}$/,
  literalOf: id => `"${id}"`,
  neighboursAt: [],
  async readObject(id, context) {
    if (!ztf.idPattern.test(id)) throw unknownObject(id)
    try {
      // What is left out of a query counts as false here, whatever the documentation says: all of it is said.
      const query = { objectId: id, lite: false, lasair_added: true }
      return await context.http.json('object/', Type.Object({}), { ...asking(context), query })
    } catch (error) {
      // It stumbles over an object that it does not know. Only its table tells that from a real failure.
      if (!isBrokerError(error) || error.upstreamStatus !== 500 || (await isInTable(id, context))) throw error
      throw unknownObject(id)
    }
  }
}

const LightCurve = Type.Object({ candidates: Type.Array(Type.Unknown()), forcedphot: Type.Optional(Type.Array(Type.Unknown())) })

/** Yields the light curve of one object; the bare one is answered as empty for an unknown object. */
export async function* readLightCurve(id: string, context: LasairContext): AsyncGenerator<PhotometryPoint> {
  if (!ztf.idPattern.test(id)) throw unknownObject(id)
  const query = { objectId: id, lite: false, lasair_added: false }
  const measurements = await context.http.json('object/', LightCurve, { ...asking(context), query })
  const { candidates, forcedphot = [] } = measurements
  if (candidates.length + forcedphot.length === 0) throw unknownObject(id)
  const unreadable = unreadableIn(measurements)
  if (unreadable > 0) context.feedback(`${unreadable} of ${candidates.length + forcedphot.length} measurements could not be read.`)
  yield* pointsOf(measurements)
}

async function isInTable(id: string, context: LasairContext): Promise<boolean> {
  const rows = await Array.fromAsync(readRows(context, queryForIds(ztf, [id]), { limit: 1, offset: 0 }))
  return rows.length > 0
}

function unknownObject(id: string): BrokerError {
  return new BrokerError('not-found', `Lasair knows no object ${id}.`)
}
