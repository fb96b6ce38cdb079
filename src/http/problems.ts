import { STATUS_CODES } from 'node:http'
import { type TSchema, type TUnsafe, Type } from '@sinclair/typebox'
import type { BrokerError, BrokerErrorKind } from '../broker-kit/errors.ts'
import type { Complaint } from '../domain/schema.ts'
import { component } from './openapi.ts'

/** What every error of this service looks like: RFC 9457, and what else is known. */
export const ProblemBody = component(
  'Problem',
  Type.Object(
    {
      type: Type.String({ description: 'Stable name of the kind of problem; `about:blank` when the status says it all.' }),
      title: Type.String({ description: 'The kind of problem, for people.' }),
      status: Type.Integer({ description: 'HTTP status.' }),
      detail: Type.String({ description: 'What happened this time, and what would be right.' }),
      errors: Type.Optional(
        Type.Array(
          Type.Object({
            pointer: Type.String({ description: 'Where: a JSON Pointer into the body, or `/` and the name of a query parameter.' }),
            message: Type.String({ description: 'What is wrong, or what would be right.' })
          }),
          { description: 'Everything that is wrong with the request.' }
        )
      ),
      requestId: Type.String({ description: 'Identifies the request in the log; also in the header X-Request-Id.' })
    },
    { description: 'An error (RFC 9457).', additionalProperties: true }
  )
)

/** What else is known of a problem. */
export interface ProblemOptions extends ErrorOptions {
  /** Kind of problem in words; gives the problem a type of its own. By default the phrase of its status. */
  readonly title?: string
  readonly errors?: readonly Complaint[]
  readonly headers?: Readonly<Record<string, string>>
  /** Members beyond those of every problem. */
  readonly extra?: object
}

/** An answer that says no: thrown anywhere, sent as application/problem+json. */
export class Problem extends Error {
  override readonly name = 'Problem'
  readonly status: number
  readonly title: string
  readonly type: string
  readonly detail: string
  readonly errors: readonly Complaint[] | undefined
  readonly headers: Readonly<Record<string, string>>
  readonly extra: object

  constructor(status: number, detail: string, { title, errors, headers = {}, extra = {}, ...options }: ProblemOptions = {}) {
    super(detail, options)
    this.status = status
    this.title = title ?? STATUS_CODES[status] ?? 'Error'
    this.type = title === undefined ? 'about:blank' : `/problems/${title.toLowerCase().replaceAll(' ', '-')}`
    this.detail = detail
    this.errors = errors
    this.headers = headers
    this.extra = extra
  }
}

/** What a problem looks like to a client. */
export function bodyOf({ type, title, status, detail, errors, extra }: Problem, requestId: string): object {
  return { type, title, status, detail, ...(errors && { errors }), requestId, ...extra }
}

/** Nothing has this id. */
export function notFound(what: string, id: string): Problem {
  return new Problem(404, `There is no ${what} '${id}'.`)
}

/** Something was here and will not come back. */
export function gone(detail: string): Problem {
  return new Problem(410, detail)
}

/** The request is fine, but not in the present state of things. */
export function conflict(detail: string, extra: object = {}): Problem {
  return new Problem(409, detail, { extra })
}

const mostErrors = 100

/** The request does not fit; the first complaint is told in the detail as well. */
export function invalid(complaints: readonly Complaint[], detail = 'The request does not fit.'): Problem {
  const [first] = complaints
  const whole = first === undefined ? detail : `${detail} ${first.pointer || 'It'} ${first.message}.`
  return new Problem(422, whole, { title: 'Invalid Request', errors: complaints.slice(0, mostErrors) })
}

const brokerAnswers: Record<BrokerErrorKind, { status: number; title: string }> = {
  unreachable: { status: 504, title: 'Broker Unreachable' },
  'rate-limited': { status: 503, title: 'Broker Rate Limited' },
  unauthorized: { status: 502, title: 'Broker Refuses Credentials' },
  'not-found': { status: 404, title: 'Not Found At Broker' },
  'query-rejected': { status: 422, title: 'Query Rejected By Broker' },
  'bad-response': { status: 502, title: 'Bad Broker Response' }
}

/** Turns a failure of a broker into an answer: the only place that knows how. */
export function brokerProblem(error: BrokerError): Problem {
  const { status, title } = brokerAnswers[error.kind]
  const answered = error.kind === 'unreachable' && error.upstreamStatus !== null
  return new Problem(answered ? 502 : status, `The broker could not serve this: ${error.message}`, {
    title,
    cause: error,
    ...(error.kind === 'rate-limited' && { headers: { 'Retry-After': '60' } }),
    extra: { broker: { kind: error.kind, retryable: error.retryable, upstreamStatus: error.upstreamStatus } }
  })
}

const meanings: Record<number, string> = {
  400: 'The request is malformed.',
  401: 'The bearer token is missing or wrong.',
  404: 'Nothing has this id.',
  409: 'Not in the present state of things; `detail` says why.',
  410: 'It was here and is gone.',
  412: 'It was changed since the ETag in If-Match was read.',
  413: 'The body is too large.',
  414: 'The id is too long to be one.',
  415: 'The body has the wrong media type.',
  422: 'The request does not fit; `errors` says where, and what would be right.',
  428: 'If-Match is required.',
  500: 'Something went wrong here; the log has it under the requestId.',
  501: 'The broker cannot do this.',
  502: 'The broker answered with something that cannot be used.',
  503: 'Not now; Retry-After says when to ask again.',
  504: 'The broker does not answer.'
}

/** Documents the problems an operation can answer with; those that any can (400, 401, 500...) are added by themselves. */
export function problemResponses(...statuses: number[]): Record<number, TUnsafe<unknown>> {
  return Object.fromEntries(statuses.map(status => [status, problemResponse(meanings[status] ?? STATUS_CODES[status] ?? 'Error')]))
}

function problemResponse(description: string): TUnsafe<unknown> & TSchema {
  return Type.Unsafe<unknown>({ description, content: { 'application/problem+json': { schema: { $ref: 'Problem#' } } } })
}
