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
  Type,
  unknownBrightness
} from '../../broker-kit/index.ts'
import { fetchNewest } from './fetch.ts'
import { bandOf, Candidate, errorOf, isFainter, jdToIso, known, MarsAlert } from './rows.ts'

/** An earlier alert, or a limit, which has no magnitude. */
const Earlier = Type.Object({
  candid: Type.Optional(Type.Unsafe<string | number | null>({ ...Identifier, type: ['string', 'integer', 'null'] })),
  candidate: Type.Object({
    ...Candidate.properties,
    ra: Type.Optional(Type.Unknown()),
    dec: Type.Optional(Type.Unknown()),
    magpsf: Type.Optional(Candidate.properties.magpsf),
    diffmaglim: Type.Optional(Nullable(Type.Number()))
  })
})
type Earlier = Static<typeof Earlier>

const isAlert = compileCheck(MarsAlert)
const isEarlier = compileCheck(Earlier)

/** Yields the light curve of one object: its newest alert and what was seen before at its place. */
export async function* readLightCurve(objectId: string, context: BrokerContext<unknown>): AsyncGenerator<PhotometryPoint> {
  const alert = await fetchNewest({ objectId }, context)
  if (!isAlert(alert)) throw new BrokerError('bad-response', `The newest alert of ${objectId} at MARS cannot be read.`)
  const unreadable = (alert.prv_candidate ?? []).filter(earlier => !isEarlier(earlier)).length
  if (unreadable > 0) context.feedback(`${unreadable} of ${alert.prv_candidate?.length} earlier measurements could not be read.`)
  yield* pointsOf(alert)
}

/** The light curve within an alert, in order of time, each measurement once. */
export function pointsOf({ candid, candidate, prv_candidate: earlier }: MarsAlert): PhotometryPoint[] {
  return lightCurve([pointOf({ candid, candidate }), ...(earlier ?? []).filter(isEarlier).map(pointOf)])
}

function pointOf({ candid, candidate }: Earlier): PhotometryPoint {
  const { jd, fid, magpsf, sigmapsf, isdiffpos, diffmaglim } = candidate
  const place = { timestamp: jdToIso(jd), survey: 'ZTF', telescope: 'ZTF', band: bandOf(fid) }
  if (typeof magpsf !== 'number') return { sourceId: null, kind: 'limit', ...place, ...unknownBrightness, mag: known(diffmaglim) }
  const [mag, magError] = [known(magpsf), errorOf(sigmapsf)]
  const brightness = isFainter(isdiffpos) ? brightnessOfDeficit(mag, magError) : { ...unknownBrightness, mag, magError }
  return { sourceId: candid ? String(candid) : null, kind: 'detection', ...place, ...brightness }
}
