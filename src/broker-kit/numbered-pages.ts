import type { BrokerContext } from './define-broker.ts'
import { BrokerError, isBrokerError } from './errors.ts'
import { createPageMemory } from './page-memory.ts'
import { joinArray, sourceOf } from './source.ts'

/** How to read a broker whose rows come in pages with numbers, in an order that puts the rows of one alert together. */
export interface NumberedPages {
  /** As messages name it: 'ALeRCE'. */
  readonly broker: string
  /** Asks for one page; the first has the number 1. */
  ask(page: number): Promise<NumberedPage>
  /** What the rows of one alert share; null for a row that belongs to none. */
  keyOf(row: unknown): string | null
  readonly context: Pick<BrokerContext, 'checkpoint' | 'resumeFrom'>
}

/** The rows of one page, each with its source text. */
export interface NumberedPage {
  readonly rows: readonly unknown[]
  readonly isLast: boolean
  /** What kept the rest of the page from coming: thrown once its rows were yielded. */
  readonly failure?: BrokerError | null
}

/**
 * Yields the rows page by page; rows of one alert that follow each other become an array, across the border of two
 * pages too. After each page, a checkpoint names the page that a later attempt asks first, and the last alert that
 * needs no second yielding. Rows that wait for more of their alert are yielded before a failure is thrown.
 */
export async function* numberedPages(pages: NumberedPages): AsyncGenerator<unknown> {
  const grouping: Grouping = { open: null }
  let failure: BrokerError | null = null
  try {
    yield* groupsOf(pages, grouping)
  } catch (error) {
    if (!isBrokerError(error)) throw error
    failure = error
  }
  if (grouping.open !== null) yield joined(grouping.open.rows)
  if (failure !== null) throw failure
}

/** Yields all groups but the last, which stays open. */
async function* groupsOf({ broker, ask, keyOf, context }: NumberedPages, grouping: Grouping): AsyncGenerator<unknown> {
  const start = readCheckpoint(context.resumeFrom)
  const pages = createPageMemory()
  let yielded = start.yielded
  for (let page = start.page; ; page++) {
    const { rows, isLast, failure = null } = await ask(page)
    const text = rows.map(row => sourceOf(row)?.text).join()
    const earlier = rows.length === 0 ? null : pages.take(text, page)
    if (earlier !== null) throw new BrokerError('bad-response', `${broker} answered page ${earlier} again as page ${page}.`)
    for (const row of page === start.page ? notYetYielded(rows, start.yielded, keyOf) : rows) {
      const key = keyOf(row)
      const { open } = grouping
      if (open !== null && open.key === key) {
        open.rows.push(row)
        continue
      }
      grouping.open = key === null ? null : { key, page, rows: [row] }
      if (open !== null) yield joined(open.rows)
      yielded = open?.key ?? yielded
      // A row that belongs to no alert is let through, so that the run can tell of it.
      if (key === null) yield row
    }
    if (failure !== null) throw failure
    if (isLast) return
    if (rows.length === 0) throw new BrokerError('bad-response', `${broker} answered an empty page ${page}, and says that more follow.`)
    if (yielded !== null) context.checkpoint(`${grouping.open?.page ?? page + 1} ${yielded}`)
  }
}

interface Grouping {
  /** The rows of the alert that may go on. */
  open: Group | null
}

interface Group {
  readonly key: string
  /** Where its first row stood. */
  readonly page: number
  readonly rows: unknown[]
}

function joined(rows: unknown[]): unknown {
  return rows.length === 1 ? rows[0] : joinArray(rows)
}

interface Start {
  readonly page: number
  /** Key of the last alert that was yielded. */
  readonly yielded: string | null
}

function readCheckpoint(token: string | null): Start {
  const [, page, yielded] = /^([1-9][0-9]{0,9}) (.+)$/.exec(token ?? '') ?? []
  return page === undefined || yielded === undefined ? { page: 1, yielded: null } : { page: Number(page), yielded }
}

/** The rows behind those of the alert that was yielded last. When it has moved to another page, all: twice is better than never. */
function notYetYielded(rows: readonly unknown[], yielded: string | null, keyOf: NumberedPages['keyOf']): readonly unknown[] {
  const isYielded = (row: unknown) => yielded !== null && keyOf(row) === yielded
  const first = rows.findIndex(isYielded)
  const next = first === -1 ? 0 : rows.findIndex((row, index) => index > first && !isYielded(row))
  return next === -1 ? [] : rows.slice(next)
}
