import { type BrokerContext, BrokerError, compileCheck, type Fields, sourceOf, Type } from '../../broker-kit/index.ts'
import { joinRows } from './rows.ts'

const pageSize = 100
const hasOid = compileCheck(Type.Object({ oid: Type.String() }))

/**
 * Yields the objects that fit a query, page by page; the rows of one object that follow each other make one alert,
 * across the border of two pages too. After each page, a checkpoint names the page that a later attempt asks first, and
 * the last object that needs no second yielding.
 */
export async function* readPages(query: Fields, { http, checkpoint, resumeFrom }: BrokerContext<unknown>): AsyncGenerator<unknown> {
  const start = readCheckpoint(resumeFrom)
  let open: Group | null = null
  let before = ''
  let yielded = start.yielded
  for (let page = start.page; ; page++) {
    const rows = await Array.fromAsync(http.items('objects/', { query: { ...query, page, page_size: pageSize }, at: ['items'] }))
    const text = rows.map(row => sourceOf(row)?.text).join()
    if (rows.length > 0 && text === before) throw new BrokerError('bad-response', `ALeRCE answered page ${page - 1} again as page ${page}.`)
    before = text
    for (const row of page === start.page ? notYetYielded(rows, start.yielded) : rows) {
      const oid = hasOid(row) ? row.oid : null
      if (open !== null && open.oid === oid) {
        open.rows.push(row)
        continue
      }
      if (open !== null) yield joinRows(open.rows)
      yielded = open?.oid ?? yielded
      open = oid === null ? null : { oid, page, rows: [row] }
      // A row without an object id belongs to no object; it is let through, so that the run can tell of it.
      if (oid === null) yield row
    }
    if (rows.length < pageSize) break
    if (yielded !== null) checkpoint(`${open?.page ?? page + 1} ${yielded}`)
  }
  if (open !== null) yield joinRows(open.rows)
}

interface Group {
  readonly oid: string
  /** Where its first row stood. */
  readonly page: number
  readonly rows: unknown[]
}

interface Start {
  readonly page: number
  /** Object id of the last alert that was yielded. */
  readonly yielded: string | null
}

function readCheckpoint(token: string | null): Start {
  const [, page, yielded] = /^([1-9][0-9]{0,9}) (.+)$/.exec(token ?? '') ?? []
  return page === undefined || yielded === undefined ? { page: 1, yielded: null } : { page: Number(page), yielded }
}

/** The rows behind those of the object that was yielded last. When it has moved to another page, all: twice is better than never. */
function notYetYielded(rows: readonly unknown[], yielded: string | null): readonly unknown[] {
  const isYielded = (row: unknown) => hasOid(row) && row.oid === yielded
  const first = rows.findIndex(isYielded)
  const next = first === -1 ? 0 : rows.findIndex((row, index) => index > first && !isYielded(row))
  return next === -1 ? [] : rows.slice(next)
}
