import { type BrokerContext, compileCheck, Nullable, newestFirst, Type } from '../../broker-kit/index.ts'
import { askRows } from '../fink/answers.ts'
import type { FinkParameters } from './parameters.ts'
import { isoToJd, JulianDate, jdToIso } from './rows.ts'

type Context = BrokerContext<unknown>

/** The most alerts of one object that Fink answers. */
const mostOfObject = 10_000
/** Fink cuts off each pixel of its sky (27 arcmin) here, before it looks at the radius: more than any of them should hold. */
const mostOfPixel = 100_000
/** Classes of which Fink answers only the newest alert of each object, out of those that it has counted. */
const thinnedClasses: readonly string[] = ['(CTA) Blazar low state', '(CTA) Blazar high state', 'SLSN candidate']
/** Fink's scan may end this early at the older end of a range [day]. */
const marginOfScan = 0.15
/** Before ZTF's first alert: Fink heeds the end of a range only when it is given a beginning. */
const beforeAll = isoToJd('2015-01-01T00:00:00Z')

/** Yields the alerts that fit the parameters. What does not say whether it fits is let through. */
export async function* fetchAlerts(parameters: FinkParameters, context: Context): AsyncGenerator<unknown> {
  const { objectId, cone, className, trend, observed, firstDetection } = parameters
  const isObserved = within(timeOf, rangeOf({ ...observed, newerThan: context.newerThan }))
  const isFirstDetected = within(firstTimeOf, rangeOf({ ...firstDetection }))
  const candidates =
    className !== undefined
      ? ofClass(parameters, context)
      : cone
        ? inCone(parameters, context)
        : ofObjects([objectId ?? []].flat(), context)
  for await (const alert of candidates) {
    if (isObserved(alert) && isFirstDetected(alert) && hasTrend(alert, trend)) yield alert
  }
}

/** Asks for one object after the other. */
async function* ofObjects(objectIds: readonly string[], { http, feedback, checkpoint, resumeFrom }: Context): AsyncGenerator<unknown> {
  const done = objectIds.indexOf(resumeFrom ?? '') + 1
  for (const objectId of objectIds.slice(done)) {
    let count = 0
    for await (const alert of askRows(http, 'objects', { objectId })) {
      count++
      yield alert
    }
    if (count === 0) feedback(`Fink has no alert of ${objectId}.`)
    if (count >= mostOfObject) feedback(`Fink answers at most ${mostOfObject} alerts of an object: some of ${objectId} are missing.`)
    checkpoint(objectId)
  }
}

async function* inCone({ cone, firstDetection }: FinkParameters, { http, feedback }: Context): AsyncGenerator<unknown> {
  let count = 0
  const { after, before } = rangeOf({ ...firstDetection })
  const dates = firstDetection && { startdate: dateOf(after ?? beforeAll), stopdate: before === null ? undefined : dateOf(before) }
  for await (const alert of askRows(http, 'conesearch', { ...cone, n: mostOfPixel, ...dates })) {
    count++
    yield alert
  }
  if (count >= mostOfPixel) feedback(`Fink counted to ${mostOfPixel} and may have left out objects: ask for smaller cones.`)
}

/** Asks for the newest alerts of a class, and from the oldest of them on for older ones. */
async function* ofClass({ className = '', observed }: FinkParameters, context: Context): AsyncGenerator<unknown> {
  const { http, feedback, newerThan } = context
  const { after, before } = rangeOf({ ...observed, newerThan })
  const startdate = after === null ? undefined : dateOf(after - marginOfScan)
  const ask = ({ size, until }: { size: number; until: number | null }) => {
    const stop = until ?? before
    return askRows(http, 'latests', { class: className, n: size, startdate, stopdate: stop === null ? undefined : dateOf(stop, 'up') })
  }
  let isEmpty = true
  for await (const alert of newestFirst({ ask, timeOf, since: after, thinned: thinnedClasses.includes(className), context })) {
    isEmpty = false
    yield alert
  }
  if (isEmpty && context.resumeFrom === null) await tellOfUnknownClass(className, { http, feedback })
}

/** Fink answers a class that it does not know as one without alerts. */
async function tellOfUnknownClass(className: string, { http, feedback }: Pick<Context, 'http' | 'feedback'>): Promise<void> {
  const lists = await http.json('classes', Type.Record(Type.String(), Type.Array(Type.String())))
  const known = Object.values(lists).flat()
  if (!known.includes(className) && !known.includes(`(SIMBAD) ${className}`)) feedback(`Fink does not list a class '${className}'.`)
}

interface Range {
  /** [JD, UTC] */
  readonly after: number | null
  /** [JD, UTC] */
  readonly before: number | null
}

function rangeOf({ after, before, newerThan }: { after?: string; before?: string; newerThan?: string | null }): Range {
  const starts = [after, newerThan].flatMap(time => (typeof time === 'string' ? [isoToJd(time)] : []))
  return { after: starts.length === 0 ? null : Math.max(...starts), before: before === undefined ? null : isoToJd(before) }
}

/** The date as Fink reads it [UTC], to the millisecond; 'up' makes sure that it is not before the instant. */
function dateOf(jd: number, rounding: 'near' | 'up' = 'near'): string {
  const iso = jdToIso(rounding === 'up' ? jd + 1 / 86_400_000 : jd)
  return iso.replace('T', ' ').replace('Z', '')
}

function within(time: (alert: unknown) => number | null, { after, before }: Range): (alert: unknown) => boolean {
  return alert => {
    const at = time(alert)
    return at === null || ((after === null || at >= after) && (before === null || at <= before))
  }
}

const hasTime = compileCheck(Type.Object({ 'i:jd': JulianDate }))
const hasFirstTime = compileCheck(Type.Object({ 'i:jdstarthist': JulianDate }))
const hasRate = compileCheck(Type.Object({ 'd:mag_rate': Nullable(Type.Number()) }))

function timeOf(alert: unknown): number | null {
  return hasTime(alert) ? alert['i:jd'] : null
}

function firstTimeOf(alert: unknown): number | null {
  return hasFirstTime(alert) ? alert['i:jdstarthist'] : null
}

/** Fink would drop the others itself, but from within a page that it has counted already. */
function hasTrend(alert: unknown, trend: FinkParameters['trend']): boolean {
  if (trend === undefined || !hasRate(alert)) return true
  const rate = alert['d:mag_rate'] ?? 0
  return trend === 'rising' ? rate < 0 : rate > 0
}
