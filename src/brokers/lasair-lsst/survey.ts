import { BrokerError, isBrokerError, isoToTaiMjd, Nullable, type PhotometryPoint, Type } from '../../broker-kit/index.ts'
import { asking, type LasairContext } from '../lasair/requests.ts'
import type { LasairSurvey } from '../lasair/survey.ts'
import { selectedColumns } from './alerts.ts'
import { pointsOf, unreadableIn } from './light-curve.ts'

/** What comes without Lasair's own additions; nothing of the object itself stands for one that it does not know. */
const BareObject = Type.Object({ diaObject: Type.Object({}) })

/** What is particular to the Lasair of LSST. */
export const lsst: LasairSurvey = {
  columns: { id: 'diaObjectId', lastDetection: 'lastDiaSourceMjdTai', detections: 'nDiaSources', selected: selectedColumns },
  timeOf: isoToTaiMjd,
  idPattern: /^[1-9][0-9]{0,18}$/,
  literalOf: id => id,
  neighboursAt: ['objects'],
  async readObject(id, context) {
    assertId(id)
    try {
      return await context.http.json('object/', Type.Object({}), requestFor({ objectId: id, lite: true, lasair_added: true }, context))
    } catch (error) {
      // It stumbles over detections that are too old to have images; what it does not add to by itself, it can still give.
      if (!isBrokerError(error) || error.kind !== 'query-rejected' || !error.message.includes('image_urls')) throw error
      return context.http.json('object/', BareObject, requestFor({ objectId: id, lite: false, lasair_added: false }, context))
    }
  }
}

const LightCurve = Type.Object({
  diaSourcesList: Type.Array(Type.Unknown()),
  diaForcedSourcesList: Type.Optional(Nullable(Type.Array(Type.Unknown())))
})

/** Yields the light curve of one object. Only the longer form has the ids of forced photometry. */
export async function* readLightCurve(id: string, context: LasairContext): AsyncGenerator<PhotometryPoint> {
  assertId(id)
  const measurements = await context.http.json(
    'object/',
    LightCurve,
    requestFor({ objectId: id, lite: false, lasair_added: false }, context)
  )
  const count = measurements.diaSourcesList.length + (measurements.diaForcedSourcesList ?? []).length
  if (count === 0) throw unknownObject(id)
  const unreadable = unreadableIn(measurements)
  if (unreadable > 0) context.feedback(`${unreadable} of ${count} measurements could not be read.`)
  yield* pointsOf(measurements)
}

interface ObjectQuery {
  readonly objectId: string
  readonly lite: boolean
  readonly lasair_added: boolean
}

function requestFor({ objectId, lite, lasair_added }: ObjectQuery, context: LasairContext) {
  return { ...asking(context), query: { objectId, lite, lasair_added } }
}

// Lasair puts the id into SQL as it is: nothing but digits may reach it.
function assertId(id: string): void {
  if (!lsst.idPattern.test(id)) throw unknownObject(id)
}

function unknownObject(id: string): BrokerError {
  return new BrokerError('not-found', `Lasair knows no object ${id}.`)
}
