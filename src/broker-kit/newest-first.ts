import type { BrokerContext } from './define-broker.ts'
import { BrokerError } from './errors.ts'
import { sourceOf } from './source.ts'
import { takePage } from './take-page.ts'

/** How to read a broker that answers only the so many newest alerts up to an instant, which is a number: a Julian Date, say. */
export interface NewestFirst {
  /** Asks for the `size` newest alerts that are not newer than `until`; null stands for now. */
  ask(page: Page): AsyncIterable<unknown>
  /** When an alert was; null when that cannot be read. */
  timeOf(alert: unknown): number | null
  /** Nothing older is wanted; null when everything is. */
  readonly since: number | null
  /** Whether the broker drops alerts from a page after it has counted them, so that a short page can hide more. */
  readonly thinned?: boolean
  readonly context: Pick<BrokerContext, 'checkpoint' | 'resumeFrom'>
}

interface Page {
  readonly size: number
  readonly until: number | null
}

const smallestPage = 50
const usualPage = 3200
const largestPage = 51_200

/**
 * Yields every alert once, newest first, through pages that grow. What stands at the oldest instant of a page is left
 * to the next one, as some of it may have been cut off, and is yielded before a failure is thrown; a checkpoint follows each page.
 */
export async function* newestFirst({ ask, timeOf, since, thinned = false, context }: NewestFirst): AsyncGenerator<unknown> {
  let page = readToken(context.resumeFrom) ?? { size: thinned ? usualPage : smallestPage, until: null }
  let held: readonly unknown[] = []
  for (;;) {
    const { items: alerts, failure: cut } = await takePage(ask(page))
    const times = alerts.map(timeOf)
    const oldest = times.reduce<number>((least, time) => Math.min(least, time ?? least), Number.POSITIVE_INFINITY)
    const { size, until } = page
    const isStuck = oldest >= (until ?? Number.POSITIVE_INFINITY)
    const isLast = thinned ? alerts.length === 0 || (isStuck && size === largestPage) : isWhole(alerts.length, { page, isStuck })
    const isDone = isLast || (since !== null && oldest < since)
    const failure = cut ?? (isDone ? null : deadEnd(page, { oldest, isStuck }))
    if (failure !== null) yield* missingFrom(alerts, held)
    for (const [index, alert] of alerts.entries()) {
      const time = times[index] ?? null
      const isNew = time === null || until === null || time <= until
      if (isNew && (isLast || failure !== null || time === null || time > oldest)) yield alert
    }
    if (failure !== null) throw failure
    if (isDone) return
    held = alerts.filter((_, index) => times[index] === oldest)
    page = pageAfter(page, { oldest, isStuck })
    context.checkpoint(`${page.size} ${page.until}`)
  }
}

/** The broker may cap a page below what was asked for: one that is shorter than the smallest page is surely whole. */
function isWhole(length: number, { page: { size, until }, isStuck }: { page: Page; isStuck: boolean }): boolean {
  return length < smallestPage || (isStuck && until !== null && length < size)
}

/** Of what was held back, what did not come with this page. */
function missingFrom(alerts: readonly unknown[], held: readonly unknown[]): readonly unknown[] {
  const texts = new Set(alerts.map(alert => sourceOf(alert)?.text))
  return held.filter(alert => !texts.has(sourceOf(alert)?.text))
}

interface Oldest {
  readonly oldest: number
  /** Whether the page led no further back. */
  readonly isStuck: boolean
}

/** Why no older alerts can be asked for; null when they can. */
function deadEnd({ size, until }: Page, { oldest, isStuck }: Oldest): BrokerError | null {
  const says = (words: string) => new BrokerError('bad-response', `${words}: older ones cannot be asked for.`)
  if (!Number.isFinite(oldest)) return says('No alert of a whole page says when it was')
  return isStuck && size === largestPage ? says(`${size} alerts came for the one instant ${until}`) : null
}

function pageAfter({ size }: Page, { oldest, isStuck }: Oldest): Page {
  return { size: Math.min(size * 2, isStuck ? largestPage : Math.max(usualPage, size)), until: oldest }
}

function readToken(token: string | null): Page | null {
  const [, size, until] = /^([1-9][0-9]{1,4}) ([0-9]+(?:[.][0-9]+)?)$/.exec(token ?? '') ?? []
  return size === undefined || until === undefined ? null : { size: Number(size), until: Number(until) }
}
