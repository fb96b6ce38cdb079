import type { IncomingMessage, ServerResponse } from 'node:http'
import { gzipSync } from 'node:zlib'
import type { BrokerErrorKind } from '../../errors.ts'
import type { HttpLimits } from '../../http-limits.ts'

/** Something that can happen to a request on its way. */
export interface TransportFault {
  /** Kind of the error that it becomes. */
  readonly kind: BrokerErrorKind
  /** What the error says. */
  readonly says: RegExp
  /** Whether it is tried again before it is told. */
  readonly isRetried: boolean
  /** Whether items that are read one by one may come all the same, as rejections. */
  readonly mayReject?: boolean
  /** Limits that make it quick. */
  readonly limits?: Partial<HttpLimits>
  /** What the server does with the request; left out where no server takes it. */
  respond?(request: IncomingMessage, response: ServerResponse): void
  /** Where the requests go instead of to the server, whose base URL is given. */
  instead?(baseUrl: string): string
  /** Whether the server speaks TLS, with a certificate that nobody vouches for. */
  readonly isSelfSigned?: boolean
}

type Respond = NonNullable<TransportFault['respond']>

const most = { maxBytes: 1_000_000, maxWholeBytes: 1_000_000 }
const tooMuch = /sent more than the 1000000 bytes that are allowed$/

/** All of them, by what happens. */
export const transportFaults: Readonly<Record<string, TransportFault>> = {
  'a connection that is refused': {
    kind: 'unreachable',
    says: /refused the connection$/,
    isRetried: true,
    instead: () => 'http://127.0.0.1:1/'
  },
  'a name that does not resolve': { kind: 'unreachable', says: /has no address/, isRetried: true, instead: () => 'http://broker.invalid/' },
  'TLS where there is none': {
    kind: 'unreachable',
    says: /broke the connection/,
    isRetried: true,
    instead: baseUrl => baseUrl.replace('http:', 'https:')
  },
  'a certificate that nobody vouches for': { kind: 'unreachable', says: /certificate is not right/, isRetried: false, isSelfSigned: true },
  'silence before the headers': {
    kind: 'unreachable',
    says: /did not send anything for/,
    isRetried: true,
    limits: { requestTimeout: 500 },
    respond() {}
  },
  'silence after the headers': {
    kind: 'unreachable',
    says: /did not send anything for/,
    isRetried: true,
    limits: { requestTimeout: 500 },
    respond: (_request, response) => void json(response).write('[')
  },
  'an answer that trickles': {
    kind: 'unreachable',
    says: /took too long in all$/,
    isRetried: false,
    limits: { totalTime: 400 },
    respond: trickle
  },
  'a connection that is reset': {
    kind: 'unreachable',
    says: /broke the connection/,
    isRetried: true,
    respond: (_request, response) => void response.socket?.resetAndDestroy()
  },
  'JSON that is cut off': {
    kind: 'bad-response',
    says: /cut off/,
    isRetried: false,
    respond: (_request, response) => void json(response).end('{"items": [')
  },
  'no content': {
    kind: 'bad-response',
    says: /answered 204 without a body$/,
    isRetried: false,
    respond: (_request, response) => void response.writeHead(204).end()
  },
  'redirects in a circle': {
    kind: 'bad-response',
    says: /redirects more than \d+ times$/,
    isRetried: false,
    respond: redirectTo(({ url }) => url ?? '/')
  },
  'a redirect to a private address': {
    kind: 'bad-response',
    says: /redirects to another host: 169\.254\.169\.254$/,
    isRetried: false,
    respond: redirectTo(() => 'http://169.254.169.254/latest/meta-data/')
  },
  '429 without Retry-After': refused(429),
  '429 with Retry-After in seconds': refused(429, () => '0'),
  '429 with Retry-After as a date': refused(429, () => new Date(Date.now()).toUTCString()),
  '429 with a Retry-After of a year': {
    ...refused(429, () => '31536000'),
    says: /answered 429 and asks to come back in 31536000 s/,
    isRetried: false
  },
  '500': refused(500),
  '502': refused(502),
  '503': refused(503),
  'a body of 100 MB': { kind: 'bad-response', says: tooMuch, isRetried: false, limits: most, respond: sendForEver },
  'a small body that grows to 100 MB': { kind: 'bad-response', says: tooMuch, isRetried: false, limits: most, respond: sendBomb },
  'bytes that are no UTF-8': {
    kind: 'bad-response',
    says: /proper UTF-8/,
    isRetried: false,
    mayReject: true,
    respond: (_request, response) => void json(response).end(Buffer.from('[{"id":"\xc3\x28"}]', 'latin1'))
  }
}

function json(response: ServerResponse): ServerResponse {
  return response.writeHead(200, { 'content-type': 'application/json' })
}

function refused(status: number, retryAfter?: () => string): TransportFault {
  const kind = status === 429 ? 'rate-limited' : 'unreachable'
  const respond: Respond = (_request, response) => void response.writeHead(status, retryAfter ? { 'retry-after': retryAfter() } : {}).end()
  return { kind, says: new RegExp(`answered ${status}`), isRetried: true, respond }
}

function redirectTo(location: (request: IncomingMessage) => string): Respond {
  return (request, response) => void response.writeHead(302, { location: location(request) }).end()
}

function trickle(_request: IncomingMessage, response: ServerResponse): void {
  json(response)
  const timer = setInterval(() => response.write(' '), 20)
  response.on('close', () => clearInterval(timer))
}

function sendForEver(_request: IncomingMessage, response: ServerResponse): void {
  const chunk = Buffer.alloc(65_536, ' ')
  let left = 100_000_000
  const send = () => {
    while (left > 0 && !response.destroyed && response.write(chunk)) left -= chunk.length
    if (left <= 0) response.end()
  }
  json(response).on('drain', send)
  send()
}

function sendBomb(_request: IncomingMessage, response: ServerResponse): void {
  const bomb = gzipSync(Buffer.alloc(100_000_000, ' '))
  response.writeHead(200, { 'content-type': 'application/json', 'content-encoding': 'gzip' }).end(bomb)
}
