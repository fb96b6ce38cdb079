import { type BrokerContext, BrokerError, compileCheck, Identifier, numberedPages, Type, takePage } from '../../broker-kit/index.ts'
import { type AlerceParameters, toQuery } from './parameters.ts'

const pageSize = 500
const hasOid = compileCheck(Type.Object({ oid: Identifier }))
const hasClass = compileCheck(Type.Object({ class_name: Type.String() }))
const saysWhetherMoreFollow = compileCheck(Type.Object({ has_next: Type.Boolean() }))

/** Yields the objects that fit the parameters, page by page; the rows of one object that follow each other make one alert. */
export function readPages(parameters: AlerceParameters, context: BrokerContext<unknown>): AsyncGenerator<unknown> {
  const query = toQuery(parameters, context.newerThan)
  return numberedPages({
    broker: 'ALeRCE',
    keyOf: row => (hasOid(row) ? String(row.oid) : null),
    async ask(page) {
      const request = { query: { ...query, page, page_size: pageSize }, at: ['items'], whole: true }
      const answer = context.http.items('object_api/list_objects', request)
      const { items: rows, failure } = await takePage(answer)
      assertClass(rows, parameters)
      if (failure !== null) return { rows, isLast: true, failure }
      const envelope = answer.envelope()
      return saysWhetherMoreFollow(envelope) ? { rows, isLast: !envelope.has_next } : { rows, isLast: true, failure: noWord() }
    },
    context
  })
}

function noWord(): BrokerError {
  return new BrokerError('bad-response', 'ALeRCE does not say whether more pages follow (has_next).')
}

/** ALeRCE leaves out the filter of a class that the classifier does not have, and then answers every class. */
function assertClass(rows: readonly unknown[], { classifier, className }: AlerceParameters): void {
  if (className === undefined || !rows.some(row => hasClass(row) && row.class_name !== className)) return
  throw new BrokerError('query-rejected', `ALeRCE's classifier ${classifier} has no class ${className}.`)
}
