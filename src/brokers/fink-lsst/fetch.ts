import { type BrokerContext, BrokerError, compileCheck, Identifier, isoToTaiMjd, Mjd, Nullable, Type } from '../../broker-kit/index.ts'
import { askRows } from '../fink/answers.ts'
import { rangeOf, within } from '../fink/ranges.ts'
import { inCone, newestOf, ofObjects } from '../fink/scans.ts'
import type { FinkParameters } from './parameters.ts'
import { idOf } from './rows.ts'

type Context = BrokerContext<unknown>

/** Yields the alerts that fit the parameters. What does not say whether it fits is let through. */
export async function* fetchAlerts(parameters: FinkParameters, context: Context): AsyncGenerator<unknown> {
  const isObserved = within(timeOf, observedRange(parameters, context))
  const isFirstDetected = within(firstTimeOf, rangeOf({ ...parameters.firstDetection, toMjd: isoToTaiMjd }))
  for await (const alert of candidates(parameters, context)) {
    if (isObserved(alert) && isFirstDetected(alert)) yield alert
  }
}

function candidates(parameters: FinkParameters, context: Context): AsyncIterable<unknown> {
  const { objectId = [], rows = 'sources', cone, tag } = parameters
  if (tag !== undefined) return newestOf({ path: 'tags', query: { tag }, range: observedRange(parameters, context), timeOf }, context)
  if (cone !== undefined) return inCone({ ...cone }, context)
  return ofObjects({ objectIds: [objectId].flat(), ask: id => rowsOfObject({ path: rows, objectId: id }, context) }, context)
}

/** Which rows of one object to ask for. */
export interface ObjectScan {
  readonly path: 'sources' | 'objects' | 'fp'
  readonly objectId: string
  /** Names with commas between them; all columns when left out. */
  readonly columns?: string
}

/** Fink takes an id for the beginning of one: rows of objects with longer ids can come with it, which nobody asked for. */
export async function* rowsOfObject({ path, objectId, columns }: ObjectScan, { http }: Context): AsyncGenerator<unknown> {
  for await (const row of askRows(http, { path, query: { diaObjectId: objectId, columns }, whole: true })) {
    if (!isOfLongerId(row, objectId)) yield row
  }
}

function isOfLongerId(row: unknown, objectId: string): boolean {
  const id = hasObjectId(row) ? String(row['r:diaObjectId']) : ''
  return id.length > objectId.length && id.startsWith(objectId)
}

/** The summary of one object; throws `not-found` when Fink has none. */
export async function fetchObject(objectId: string, context: Context): Promise<unknown> {
  if (idOf(objectId) !== null) for await (const row of rowsOfObject({ path: 'objects', objectId }, context)) return row
  throw new BrokerError('not-found', `Fink has no object ${objectId}. It finds alerts by their object, not by their diaSourceId.`)
}

function observedRange({ observed }: FinkParameters, { newerThan }: Context) {
  return rangeOf({ ...observed, newerThan, toMjd: isoToTaiMjd })
}

const hasObjectId = compileCheck(Type.Object({ 'r:diaObjectId': Identifier }))
const OptionalTime = Type.Optional(Nullable(Mjd))
const hasTimes = compileCheck(Type.Object({ 'r:midpointMjdTai': OptionalTime, 'r:lastDiaSourceMjdTai': OptionalTime }))
const hasFirstTime = compileCheck(
  Type.Object({ 'f:firstDiaSourceMjdTaiFink': Type.Unsafe<string | number>({ type: ['string', 'number'] }) })
)

function timeOf(alert: unknown): number | null {
  return hasTimes(alert) ? (alert['r:midpointMjdTai'] ?? alert['r:lastDiaSourceMjdTai'] ?? null) : null
}

function firstTimeOf(alert: unknown): number | null {
  const time = hasFirstTime(alert) ? Number(alert['f:firstDiaSourceMjdTaiFink']) : 0
  return time > 0 ? time : null
}
