import { BrokerError, createPageMemory, type Fields, isoToMjd, sourceOf } from '../../broker-kit/index.ts'
import type { BabamulParameters } from './parameters.ts'
import { asking, type BabamulContext } from './requests.ts'
import { jdOfMjd } from './rows.ts'

/** Left out, Babamul would take 100,000 at once. The first page is small, so that the first alerts come soon. */
const firstPage = 50
const furtherPages = 1000

/** A range of time that Babamul answers in one query; null for an open end [JD, UTC]. */
interface Window {
  readonly start: number | null
  readonly end: number | null
}

/** Yields the alerts that fit the parameters, each window of time page by page; a checkpoint follows each page. */
export async function* fetchAlerts(parameters: BabamulParameters, context: BabamulContext): AsyncGenerator<unknown> {
  const done = readToken(context.resumeFrom)
  const windows = windowsOf(parameters, context.newerThan).filter(({ start }) => start === null || start >= done.start)
  for (const [index, window] of windows.entries()) {
    const skip = (window.start ?? 0) === done.start ? done.skip : 0
    yield* readPages(parameters, { window, skip, context })
    const next = windows[index + 1]
    if (next) context.checkpoint(`${next.start} 0`)
  }
}

async function* readPages(
  parameters: BabamulParameters,
  { window, skip: first, context }: { window: Window; skip: number; context: BabamulContext }
): AsyncGenerator<unknown> {
  const query = toQuery(parameters, window)
  const path = `surveys/${parameters.survey}/alerts`
  const pages = createPageMemory()
  for (let skip = first; ; ) {
    const limit = skip === 0 ? firstPage : furtherPages
    const request = { ...asking(context), query: { ...query, limit, skip }, at: ['data'], whole: true }
    let count = 0
    for await (const alert of context.http.items(path, request)) {
      if (count++ === 0 && pages.take(sourceOf(alert)?.text ?? '', skip) !== null) {
        throw new BrokerError('bad-response', `Babamul answered a page again from alert ${skip} on.`)
      }
      yield alert
    }
    if (count < limit) return
    skip += count
    context.checkpoint(`${window.start ?? 0} ${skip}`)
  }
}

function readToken(token: string | null): { start: number; skip: number } {
  const [, start, skip] = /^([0-9]{1,8}(?:[.][0-9]+)?) ([0-9]{1,9})$/.exec(token ?? '') ?? []
  return start === undefined || skip === undefined ? { start: 0, skip: 0 } : { start: Number(start), skip: Number(skip) }
}

/** Babamul answers a range of time alone for one day at most. */
function windowsOf({ objectId, cone, observed }: BabamulParameters, newerThan: string | null): Window[] {
  const starts = [observed?.after, newerThan].flatMap(time => (typeof time === 'string' ? [isoToMjd(time) + jdOfMjd] : []))
  const start = starts.length === 0 ? null : Math.max(...starts)
  const end = observed?.before === undefined ? null : isoToMjd(observed.before) + jdOfMjd
  if (objectId !== undefined || cone || start === null) return [{ start, end }]
  const last = end ?? isoToMjd(new Date().toISOString()) + jdOfMjd
  const days = Array.from({ length: Math.max(0, Math.ceil(last - start)) }, (_, day) => start + day)
  return days.map(day => ({ start: day, end: Math.min(day + 1, last) }))
}

function toQuery(parameters: BabamulParameters, { start, end }: Window): Fields {
  const { objectId, cone, minMag, maxMag, minReliability, maxReliability } = parameters
  const { positive, rock, star, nearBrightStar, stationary } = parameters
  return {
    object_id: objectId,
    ...(cone && { ra: cone.ra, dec: cone.dec, radius_arcsec: cone.radius }),
    start_jd: start ?? undefined,
    end_jd: end ?? undefined,
    min_magpsf: minMag,
    max_magpsf: maxMag,
    min_drb: minReliability,
    max_drb: maxReliability,
    is_positive: positive,
    is_rock: rock,
    is_star: star,
    is_near_brightstar: nearBrightStar,
    is_stationary: stationary
  }
}
