import { type BrokerContext, compileCheck, type Fields, numberedPages, Type, takePage } from '../../broker-kit/index.ts'

const pageSize = 100
const hasOid = compileCheck(Type.Object({ oid: Type.String() }))

/** Yields the objects that fit a query; the rows of one object that follow each other make one alert. */
export function readPages(query: Fields, context: BrokerContext<unknown>): AsyncGenerator<unknown> {
  return numberedPages({
    broker: 'ALeRCE',
    keyOf: row => (hasOid(row) ? row.oid : null),
    async ask(page) {
      const request = { query: { ...query, page, page_size: pageSize }, at: ['items'], whole: true }
      const { items: rows, failure } = await takePage(context.http.items('objects/', request))
      return { rows, isLast: rows.length < pageSize, failure }
    },
    context
  })
}
