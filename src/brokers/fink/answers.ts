import { BrokerError, type Fields, type HttpClient, isBrokerError } from '../../broker-kit/index.ts'

/** What to ask of Fink. */
export interface Asking {
  readonly path: string
  readonly query: Fields
  /** Whether the rows are few enough to be read before the first is yielded, so that an answer that breaks off is asked for again. */
  readonly whole: boolean
}

/** Yields the rows of one answer of Fink; what Fink refuses is told in Fink's words. */
export async function* askRows(http: HttpClient, { path, query, whole }: Asking): AsyncGenerator<unknown> {
  try {
    yield* http.items(path, { query: { ...query, 'output-format': 'json' }, whole })
  } catch (error) {
    throw inWordsOfFink(error)
  }
}

/** Fink refuses with a Python dictionary, as in `{'status': 'error', 'text': 'A value is required.\n'}`: what counts is its text. */
export function inWordsOfFink(error: unknown): unknown {
  if (!isBrokerError(error) || error.kind !== 'query-rejected') return error
  const [, quote = '', rest = ''] = /\{'status': 'error', 'text': (?:\w+\()?(['"])(.*)$/s.exec(error.message) ?? []
  if (quote === '') return error
  const end = rest.lastIndexOf(quote)
  const text = (end === -1 ? rest : rest.slice(0, end)).replaceAll('\\n', ' ').replaceAll(/\\(.)/g, '$1').trim()
  return new BrokerError('query-rejected', `Fink refused the query: ${text}`, { upstreamStatus: error.upstreamStatus ?? 400, cause: error })
}
