import { type BrokerContext, type Fields, newestFirst } from '../../broker-kit/index.ts'
import { askRows } from './answers.ts'
import { dateText, dateTextNotBefore, type Range } from './ranges.ts'

type Context = BrokerContext<unknown>

/** The most rows of one object that Fink answers. */
const mostOfObject = 10_000
/** Fink cuts off each pixel of its sky here, before it looks at the radius: more than any of them should hold. */
const mostOfPixel = 100_000
/** Fink's scan may end this early at the older end of a range [day]. */
const marginOfScan = 0.15

/** Which objects, and how to ask for the rows of one. */
export interface ObjectScans {
  readonly objectIds: readonly string[]
  ask(objectId: string): AsyncIterable<unknown>
}

/** Asks for one object after the other; a checkpoint follows each. */
export async function* ofObjects({ objectIds, ask }: ObjectScans, context: Context): AsyncGenerator<unknown> {
  const { feedback, checkpoint, resumeFrom } = context
  const done = objectIds.indexOf(resumeFrom ?? '') + 1
  for (const objectId of objectIds.slice(done)) {
    let count = 0
    for await (const row of ask(objectId)) {
      count++
      yield row
    }
    if (count === 0) feedback(`Fink has no alert of ${objectId}.`)
    if (count >= mostOfObject) feedback(`Fink answers at most ${mostOfObject} alerts of an object: some of ${objectId} are missing.`)
    checkpoint(objectId)
  }
}

/** Asks for the newest row of each object in a cone. */
export async function* inCone(query: Fields, { http, feedback }: Context): AsyncGenerator<unknown> {
  let count = 0
  for await (const row of askRows(http, { path: 'conesearch', query: { ...query, n: mostOfPixel }, whole: false })) {
    count++
    yield row
  }
  if (count >= mostOfPixel) feedback(`Fink counted to ${mostOfPixel} and may have left out objects: ask for smaller cones.`)
}

/** What to ask of an endpoint that answers the so many newest alerts of a range. */
export interface NewestScan {
  readonly path: string
  readonly query: Fields
  readonly range: Range
  /** When an alert was, in the time scale of the survey [MJD]. */
  timeOf(alert: unknown): number | null
  /** Whether Fink answers only the newest alert of each object, out of those that it has counted. */
  readonly thinned?: boolean
}

/** Asks for the newest alerts, and from the oldest of them on for older ones; a few may lie outside of the range. */
export function newestOf(
  { path, query, range: { after, before }, timeOf, thinned }: NewestScan,
  context: Context
): AsyncGenerator<unknown> {
  const startdate = after === null ? undefined : dateText(after - marginOfScan)
  return newestFirst({
    ask({ size, until }) {
      const stop = until ?? before
      const stopdate = stop === null ? undefined : dateTextNotBefore(stop)
      return askRows(context.http, { path, query: { ...query, n: size, startdate, stopdate }, whole: true })
    },
    timeOf,
    since: after,
    thinned: thinned ?? false,
    context
  })
}
