import {
  type BrokerContext,
  BrokerError,
  compileCheck,
  createPageMemory,
  type Fields,
  sourceOf,
  Type,
  takePage
} from '../../broker-kit/index.ts'
import { LcoId } from './rows.ts'

type Context = BrokerContext<unknown>

/** How many alerts MARS puts on a page. */
const fullPage = 100
const isPage = compileCheck(Type.Object({ has_next: Type.Boolean() }))
const Detail = Type.Object({ lco_id: LcoId })
const hasNumber = compileCheck(Detail)

/** Which page to ask for; one that MARS did not promise may not exist. */
interface Place {
  readonly page: number
  readonly isPromised: boolean
}

interface Answer {
  readonly alerts: readonly unknown[]
  readonly hasNext: boolean
  /** What kept the rest of the page from coming. */
  readonly failure: BrokerError | null
}

/** Yields the alerts that fit a query, page by page; a checkpoint names the page that comes next. */
export async function* readPages(query: Fields, context: Context): AsyncGenerator<unknown> {
  let place = readToken(context.resumeFrom)
  const pages = createPageMemory()
  for (;;) {
    const { alerts, hasNext, failure } = await readPage(query, { place, context })
    const text = alerts.map(alert => sourceOf(alert)?.text).join()
    if (text !== '' && pages.take(text, place.page) !== null)
      throw new BrokerError('bad-response', `MARS answered one page again as page ${place.page}.`)
    yield* alerts
    if (failure !== null) throw failure
    // A server that does not count its alerts says of no page that another follows: a full one may be followed all the same.
    if (!hasNext && alerts.length < fullPage) return
    place = { page: place.page + 1, isPromised: hasNext }
    context.checkpoint(`${place.page}${place.isPromised ? '' : '?'}`)
  }
}

async function readPage(query: Fields, { place: { page, isPromised }, context }: { place: Place; context: Context }): Promise<Answer> {
  const items = context.http.items('', { query: { ...query, page }, at: ['results'], whole: true })
  const { items: alerts, failure } = await takePage(items)
  if (failure !== null) return { alerts, hasNext: false, failure: !isPromised && failure.kind === 'not-found' ? null : failure }
  const around = items.envelope()
  if (isPage(around)) return { alerts, hasNext: around.has_next, failure: null }
  const noWord = new BrokerError('bad-response', `MARS does not say of page ${page} whether another follows.`)
  return { alerts, hasNext: false, failure: noWord }
}

function readToken(token: string | null): Place {
  const [, page, mark] = /^([1-9][0-9]{0,8})([?]?)$/.exec(token ?? '') ?? []
  return page === undefined ? { page: 1, isPromised: true } : { page: Number(page), isPromised: mark === '' }
}

/** One alert with the earlier candidates at its place, by its candid; throws `not-found` for an unknown one. */
export async function fetchAlert(candid: string, context: Context): Promise<unknown> {
  if (!/^[1-9][0-9]{0,18}$/.test(candid)) throw new BrokerError('not-found', `MARS has no alert ${candid}: its ids are numbers.`)
  return fetchNewest({ candid }, context)
}

/** The newest alert that fits a query, with the earlier candidates at its place; throws `not-found` when none does. */
export async function fetchNewest(query: Record<string, string>, { http }: Context): Promise<unknown> {
  const first = { ...query, sort_value: 'jd', sort_order: 'desc', page: 1, format: 'json' }
  const [newest] = await Array.fromAsync(http.items('', { query: first, at: ['results'], whole: true }))
  if (newest === undefined) throw new BrokerError('not-found', `MARS has no alert with ${Object.entries(query).flat().join(' ')}.`)
  if (!hasNumber(newest)) throw new BrokerError('bad-response', 'MARS answered an alert without its lco_id.')
  return http.json(`${newest.lco_id}/`, Detail, { query: { format: 'json' } })
}
