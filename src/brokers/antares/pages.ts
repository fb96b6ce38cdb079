import { type BrokerContext, BrokerError, compileCheck, type Fields, Nullable, sourceOf, Type } from '../../broker-kit/index.ts'

const hasLinks = compileCheck(Type.Object({ links: Type.Object({ next: Type.Optional(Nullable(Type.String())) }) }))

/** The first page of a list. */
interface FirstPage {
  readonly path: string
  readonly query?: Fields
}

interface Reading {
  readonly context: Pick<BrokerContext, 'http' | 'baseUrl'>
  /** The page to begin with instead of the first. */
  readonly resumeFrom?: string | null
  /** Told of the next page, once all of one was yielded. */
  onNext?(page: string): void
}

/** Yields the items of a list, page by page, as its links lead on. */
export async function* pagesFrom({ path, query }: FirstPage, { context, resumeFrom, onNext }: Reading): AsyncGenerator<unknown> {
  const { http, baseUrl } = context
  const asked = new Set<string>()
  let next = resumeFrom ? pageOf(resumeFrom, baseUrl) : null
  let before = ''
  for (;;) {
    if (next !== null) asked.add(next)
    const page = { at: ['data'], whole: true }
    const items = next === null ? http.items(path, { ...(query && { query }), ...page }) : http.items(next, page)
    const texts: string[] = []
    for await (const item of items) {
      texts.push(sourceOf(item)?.text ?? '')
      yield item
    }
    next = nextPage(items.envelope(), baseUrl)
    if (next === null) return
    const text = texts.join()
    if (texts.length === 0) throw new BrokerError('bad-response', 'ANTARES answered an empty page, and says that more follow.')
    if (asked.has(next) || text === before) throw new BrokerError('bad-response', 'ANTARES leads from page to page in a circle.')
    before = text
    onNext?.(next)
  }
}

function nextPage(envelope: unknown, baseUrl: string): string | null {
  if (!hasLinks(envelope)) throw new BrokerError('bad-response', 'ANTARES does not say whether more pages follow (links.next).')
  const { next } = envelope.links
  return next ? pageOf(next, baseUrl) : null
}

/** The path and query of a page. Its scheme does not count, as ANTARES writes http behind its proxy; another host is refused. */
function pageOf(link: string, baseUrl: string): string {
  const base = new URL(baseUrl)
  const url = URL.parse(link, base)
  if (!url || url.host !== base.host || !/^https?:$/.test(url.protocol)) {
    throw new BrokerError('bad-response', `ANTARES links to a page that is not on ${base.host}.`)
  }
  return `${url.pathname}${url.search}`
}
