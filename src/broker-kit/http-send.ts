import type { Readable } from 'node:stream'
import { Agent, type Dispatcher, request as undiciRequest } from 'undici'
import type { Logger } from './define-broker.ts'
import type { Gate } from './gate.ts'
import type { Attempt } from './http-attempt.ts'
import type { HttpLimits } from './http-limits.ts'
import { readRate } from './http-rate.ts'
import { createReporter, kindOfStatus, type Reporter } from './http-reporter.ts'
import { type PreparedRequest, redirected, withinHost } from './http-request.ts'
import { lettingGo } from './let-go.ts'
import type { Mask } from './mask.ts'
import { readBeginning } from './read-body.ts'

/** The successful answer to a request; its body is still to be read. */
export interface Answer {
  readonly status: number
  readonly contentType: string
  readonly contentEncoding: string
  readonly body: Readable
  readonly reporter: Reporter
}

/** What all attempts of one call share. */
export interface Call {
  readonly request: PreparedRequest
  readonly limits: HttpLimits
  readonly mask: Mask
  readonly dispatcher: Dispatcher | undefined
  readonly signal: AbortSignal
  readonly log: Logger | undefined
  readonly gate: Gate | undefined
  /** Told why a request waits. */
  onWait(message: string): void
}

// HTTP/2 would share one connection among all runs: one broken stream of bytes would end them all.
const agent = new Agent({ allowH2: false }).compose(lettingGo)

/** Sends a request and follows its redirects; throws a BrokerError for every answer that is no success. */
export async function send(call: Call, attempt: Attempt): Promise<Answer> {
  let request = call.request
  for (let hops = 0; ; hops++) {
    await attempt.enter()
    const { answer, headers } = await exchange(call, request, attempt)
    attempt.rate = readRate(headers)
    const { status, reporter, body } = answer
    if (status >= 200 && status < 300) return answer
    if (!isRedirect(status)) throw await refusal(answer, { headers, attempt })
    body.destroy()
    if (hops === call.limits.redirects) throw reporter.fault('bad-response', `redirects more than ${hops} times`)
    request = redirected(request, status, destination(request.url, headers.location, answer))
  }
}

type Headers = Dispatcher.ResponseData['headers']

async function exchange({ mask, dispatcher }: Call, { url, method, headers, body }: PreparedRequest, { watch }: Attempt) {
  const reporter = createReporter({ url, mask })
  const options = { method, headers, body, signal: watch.signal, dispatcher: dispatcher ?? agent, headersTimeout: 0, bodyTimeout: 0 }
  try {
    const answer = await watch.wait(undiciRequest(url, options))
    answer.body.on('error', () => {})
    return { headers: answer.headers, answer: toAnswer(answer, createReporter({ url, mask, status: answer.statusCode })) }
  } catch (cause) {
    throw reporter.broken(cause)
  }
}

function toAnswer({ statusCode, headers, body }: Dispatcher.ResponseData, reporter: Reporter): Answer {
  return {
    status: statusCode,
    contentType: String(headers['content-type'] ?? '').toLowerCase(),
    contentEncoding: String(headers['content-encoding'] ?? '').toLowerCase(),
    body,
    reporter
  }
}

function isRedirect(status: number): boolean {
  return [301, 302, 303, 307, 308].includes(status)
}

function destination(from: URL, location: string | string[] | undefined, { reporter, status }: Answer): URL {
  if (typeof location !== 'string') throw reporter.fault('bad-response', `answered ${status} without saying where to`)
  const url = withinHost(from, location)
  if (url) return url
  const host = URL.parse(location, from)?.host || 'something that is no web address'
  throw reporter.fault('bad-response', `redirects to another host: ${host}`)
}

async function refusal(answer: Answer, { headers, attempt }: { headers: Headers; attempt: Attempt }) {
  const { status, reporter } = answer
  attempt.retryAfter = readRetryAfter(headers['retry-after'])
  const quote = reporter.quote(await readBeginning(answer, attempt.watch))
  const away = attempt.retryAfter === null ? '' : ` and asks to come back in ${Math.ceil(attempt.retryAfter / 1000)} s`
  return reporter.fault(kindOfStatus(status), `answered ${status}${away}${quote && `: ${quote}`}`, {
    ...(status >= 500 && { retryable: [500, 502, 503, 504].includes(status) })
  })
}

function readRetryAfter(value: string | string[] | undefined): number | null {
  if (typeof value !== 'string') return null
  if (/^\s*\d+\s*$/.test(value)) return Number(value) * 1000
  const date = Date.parse(value)
  return Number.isNaN(date) ? null : Math.max(0, date - Date.now())
}
