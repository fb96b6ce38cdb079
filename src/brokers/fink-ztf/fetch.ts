import { type BrokerContext, compileCheck, isoToMjd, Nullable, Type } from '../../broker-kit/index.ts'
import { askRows } from '../fink/answers.ts'
import { dateText, rangeOf, within } from '../fink/ranges.ts'
import { inCone, newestOf, ofObjects } from '../fink/scans.ts'
import type { FinkParameters } from './parameters.ts'
import { JulianDate, jdOfMjd } from './rows.ts'

type Context = BrokerContext<unknown>

/** Classes of which Fink answers only the newest alert of each object, out of those that it has counted. */
const thinnedClasses: readonly string[] = ['(CTA) Blazar low state', '(CTA) Blazar high state', 'SLSN candidate']
/** Before ZTF's first alert: Fink heeds the end of a range only when it is given a beginning. */
const beforeAll = isoToMjd('2015-01-01T00:00:00Z')

/** Yields the alerts that fit the parameters. What does not say whether it fits is let through. */
export async function* fetchAlerts(parameters: FinkParameters, context: Context): AsyncGenerator<unknown> {
  const isObserved = within(timeOf, observedRange(parameters, context))
  const isFirstDetected = within(firstTimeOf, firstDetectionRange(parameters))
  for await (const alert of candidates(parameters, context)) {
    if (isObserved(alert) && isFirstDetected(alert) && hasTrend(alert, parameters.trend)) yield alert
  }
}

function candidates(parameters: FinkParameters, context: Context): AsyncIterable<unknown> {
  const { objectId = [], cone, className } = parameters
  if (className !== undefined) return ofClass(className, parameters, context)
  const ask = (id: string) => askRows(context.http, { path: 'objects', query: { objectId: id }, whole: true })
  if (cone === undefined) return ofObjects({ objectIds: [objectId].flat(), ask }, context)
  const { after, before } = firstDetectionRange(parameters)
  const dates = { startdate: dateText(after ?? beforeAll), stopdate: before === null ? undefined : dateText(before) }
  return inCone({ ...cone, ...(parameters.firstDetection && dates) }, context)
}

async function* ofClass(className: string, parameters: FinkParameters, context: Context): AsyncGenerator<unknown> {
  const range = observedRange(parameters, context)
  const scan = { path: 'latests', query: { class: className }, range, timeOf, thinned: thinnedClasses.includes(className) }
  let isEmpty = context.resumeFrom === null
  for await (const alert of newestOf(scan, context)) {
    isEmpty = false
    yield alert
  }
  if (isEmpty) await tellOfUnknownClass(className, context)
}

/** Fink answers a class that it does not know as one without alerts. */
async function tellOfUnknownClass(className: string, { http, feedback }: Context): Promise<void> {
  const known = Object.values(await http.json('classes', ListOfClasses)).flat()
  if (!known.includes(className) && !known.includes(`(SIMBAD) ${className}`)) feedback(`Fink does not list a class '${className}'.`)
}

/** The classes that Fink knows, by where they come from. */
export const ListOfClasses = Type.Record(Type.String(), Type.Array(Type.String()))

function observedRange({ observed }: FinkParameters, { newerThan }: Context) {
  return rangeOf({ ...observed, newerThan, toMjd: isoToMjd })
}

function firstDetectionRange({ firstDetection }: FinkParameters) {
  return rangeOf({ ...firstDetection, toMjd: isoToMjd })
}

const hasTime = compileCheck(Type.Object({ 'i:jd': JulianDate }))
const hasFirstTime = compileCheck(Type.Object({ 'i:jdstarthist': JulianDate }))
const hasRate = compileCheck(Type.Object({ 'd:mag_rate': Nullable(Type.Number()) }))

function timeOf(alert: unknown): number | null {
  return hasTime(alert) ? alert['i:jd'] - jdOfMjd : null
}

function firstTimeOf(alert: unknown): number | null {
  return hasFirstTime(alert) ? alert['i:jdstarthist'] - jdOfMjd : null
}

/** Fink would drop the others itself, but from within a page that it has counted already. */
function hasTrend(alert: unknown, trend: FinkParameters['trend']): boolean {
  if (trend === undefined || !hasRate(alert)) return true
  const rate = alert['d:mag_rate'] ?? 0
  return trend === 'rising' ? rate < 0 : rate > 0
}
