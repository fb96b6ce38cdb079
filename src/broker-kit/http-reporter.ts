import { BrokerError, type BrokerErrorKind, type BrokerErrorOptions } from './errors.ts'
import type { Mask } from './mask.ts'

const quoteLength = 300

/** Puts failures into words that name the host and path that were asked, and hold no secret. */
export interface Reporter {
  /** Makes the error; its message is the host, the path and these words. */
  fault(kind: BrokerErrorKind, words: string, options?: BrokerErrorOptions): BrokerError
  /** Makes the error for a request or a body that failed on its way. */
  broken(cause: unknown): BrokerError
  /** Takes over an error that a module made of an answer, without the secrets in it. */
  adopt(error: BrokerError): unknown
  /** Quotes the beginning of a body: no HTML, no secrets, one line. */
  quote(body: string): string
}

/** What a reporter speaks of. */
export interface ReporterOptions {
  readonly url: URL
  readonly mask: Mask
  /** Status of the answer, once there is one. */
  readonly status?: number
}

/** Makes the reporter for one request or its answer. */
export function createReporter({ url, mask, status }: ReporterOptions): Reporter {
  const upstream = status === undefined ? {} : { upstreamStatus: status }
  const fault: Reporter['fault'] = (kind, words, { cause, ...options } = {}) => {
    const hidden = cause === undefined ? {} : { cause: mask.thrown(cause) }
    return new BrokerError(kind, mask.text(`${url.host}${url.pathname} ${words}`), { ...upstream, ...options, ...hidden })
  }
  return {
    fault,
    broken(cause) {
      const { kind, words, retryable } = explainFailure(cause)
      return fault(kind, words, { cause, ...(retryable !== undefined && { retryable }) })
    },
    adopt: mask.thrown,
    quote: body => mask.text(fold(stripHtml(mask.text(body)))).slice(0, quoteLength)
  }
}

function stripHtml(text: string): string {
  return text
    .replace(/<!--[\s\S]*?(-->|$)/g, ' ')
    .replace(/<(script|style)\b[\s\S]*?(<\/\1\s*>|$)/gi, ' ')
    .replace(/<[/!?]?[a-z][^>]*(>|$)/gi, ' ')
}

function fold(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it removes
  return text.replace(/[\s\u0000-\u001f\u007f]+/g, ' ').trim()
}

interface Failure {
  readonly kind: BrokerErrorKind
  readonly words: string
  readonly retryable?: boolean
}

const failures: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'refused the connection',
  ENOTFOUND: 'has no address: its name cannot be resolved',
  EAI_AGAIN: 'has no address: its name cannot be resolved now',
  EHOSTUNREACH: 'cannot be reached: no route to the host',
  ENETUNREACH: 'cannot be reached: no route to the network',
  ETIMEDOUT: 'did not answer in time',
  UND_ERR_CONNECT_TIMEOUT: 'did not accept a connection in time',
  UND_ERR_HEADERS_TIMEOUT: 'did not answer in time',
  UND_ERR_BODY_TIMEOUT: 'stopped sending its answer'
}

function explainFailure(cause: unknown): Failure {
  const { name, code, message } = namesOf(cause)
  if (name === 'TimeoutError') return { kind: 'unreachable', words: message }
  if (name === 'HTTPParserError' || code === 'UND_ERR_HEADERS_OVERFLOW')
    return { kind: 'bad-response', words: 'does not answer with proper HTTP' }
  if (code === 'UND_ERR_INVALID_ARG') return { kind: 'query-rejected', words: `cannot be asked like this: ${message}` }
  if (/^Z_|ZSTD|BROTLI|^ERR_.*DECOMPRESS/.test(code)) return { kind: 'bad-response', words: 'sent a body that cannot be decompressed' }
  if (code === 'ERR_PRIVATE_ADDRESS') {
    return { kind: 'unreachable', words: `${message}: only the operator may point a broker there`, retryable: false }
  }
  if (/CERT|SELF_SIGNED|UNABLE_TO_|ALTNAME/.test(code)) {
    return { kind: 'unreachable', words: `cannot be trusted: its certificate is not right (${code})`, retryable: false }
  }
  return { kind: 'unreachable', words: failures[code] ?? `broke the connection${code && ` (${code})`}` }
}

function namesOf(cause: unknown): { name: string; code: string; message: string } {
  if (!(cause instanceof Error)) return { name: '', code: '', message: String(cause) }
  const code = 'code' in cause && typeof cause.code === 'string' ? cause.code : ''
  return { name: cause.name, code, message: cause.message }
}

/** What an answer's status means, where it is no success. */
export function kindOfStatus(status: number): BrokerErrorKind {
  if (status === 401 || status === 403) return 'unauthorized'
  if (status === 404) return 'not-found'
  if (status === 429) return 'rate-limited'
  if (status >= 500) return 'unreachable'
  return status >= 400 ? 'query-rejected' : 'bad-response'
}
