import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { Exchange } from './scenario.ts'

/** How the stand-in can fail: with another answer, or in a way that is no answer. */
export type Failure = Answer | 'reset' | 'silence' | 'cut' | 'broken off'

/** An answer to a request. */
export interface Answer {
  readonly status: number
  readonly text: string
  readonly headers?: Readonly<Record<string, string>>
}

/** A request, and what could be answered to it. */
export interface Asked {
  /** What was answered to the same path before. */
  readonly earlier: readonly Answer[]
}

/** What a stand-in is made of. */
export interface StandInOptions {
  readonly exchanges: readonly Exchange[]
  /** Path of the broker's API at its host. */
  readonly basePath: string
  /** Fails from the request with this number on; the first is 0. */
  readonly failure?: { readonly how: Failure; readonly from: number } | undefined
  /** Changes the text of every answer. */
  readonly edit?: ((text: string) => string) | undefined
  /** Answers instead of the recording, also what is not recorded; null leaves it as it is. */
  readonly answer?: ((asked: Asked) => Answer | null) | undefined
  /** Told of each request, with how many came before; the answer waits for it. */
  readonly onRequest?: ((before: number) => unknown) | undefined
}

/** A broker on loopback that answers as recorded. */
export interface StandIn {
  readonly baseUrl: string
  /** Everything that was asked. */
  readonly requests: readonly string[]
  /** What was asked and is not recorded. */
  readonly unrecorded: readonly string[]
  /** Paths of the exchanges that answered. */
  readonly used: ReadonlySet<Exchange>
  /** Texts of its answers. */
  readonly sent: readonly string[]
  close(): Promise<void>
}

const mostRequests = 1000

/** Starts a stand-in. Exchanges of the same request answer in their order, the last of them again and again. */
export async function startStandIn({ exchanges, basePath, failure, edit, answer: choose, onRequest }: StandInOptions): Promise<StandIn> {
  const requests: string[] = []
  const unrecorded: string[] = []
  const sent: string[] = []
  const used = new Set<Exchange>()
  const answers = new Map<string, readonly Answer[]>()
  const root = new URL(basePath, 'http://stand-in')

  const server = createServer(async (request, response) => {
    response.on('error', () => {})
    const asked = await keyOfRequest(request)
    requests.push(asked)
    await onRequest?.(requests.length - 1)
    const matching = exchanges.filter(exchange => keyOfExchange(exchange, root) === asked && hasHeaders(request, exchange))
    const exchange = matching.find(candidate => !used.has(candidate)) ?? matching.at(-1)
    if (exchange) used.add(exchange)
    const path = new URL(request.url ?? '', root).pathname
    const earlier = answers.get(path) ?? []
    const chosen = requests.length > mostRequests ? null : choose?.({ earlier })
    if (!chosen && (!exchange || requests.length > mostRequests)) unrecorded.push(asked)
    const recorded = chosen ?? (exchange ? answerOf(exchange) : { status: 501, text: 'This request is not recorded.' })
    answers.set(path, [...earlier, recorded])
    const answer = edit ? { ...recorded, text: edit(recorded.text) } : recorded
    const how = failure && requests.length > failure.from ? failure.how : answer
    sent.push(typeof how === 'string' ? answer.text : how.text)
    respond(response, how, answer)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const port = typeof address === 'object' ? address?.port : undefined
  const close = async () => {
    server.closeAllConnections()
    await new Promise(resolve => server.close(resolve))
  }
  return { baseUrl: `http://127.0.0.1:${port}${root.pathname}`, requests, unrecorded, used, sent, close }
}

/** The answer that was recorded. */
export function answerOf({ status = 200, headers, body, text }: Exchange): Answer {
  return { status, text: text ?? JSON.stringify(body ?? null), ...(headers && { headers }) }
}

function respond(response: ServerResponse, how: Failure, recorded: Answer): void {
  if (how === 'silence') return
  if (how === 'reset') {
    response.socket?.resetAndDestroy()
    return
  }
  const { status, text, headers } = typeof how === 'string' ? recorded : how
  const half = text.slice(0, Math.floor(text.length / 2))
  const type = /^\s*</.test(text) ? 'text/html' : 'application/json'
  response.writeHead(status, {
    'content-type': type,
    ...headers,
    ...(how === 'broken off' && { 'content-length': `${Buffer.byteLength(text)}` })
  })
  if (how === 'broken off') response.write(half, () => response.destroy())
  else response.end(how === 'cut' ? half : text)
}

async function keyOfRequest(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk)
  return keyOf(request.method ?? '', new URL(request.url ?? '', 'http://stand-in'), Buffer.concat(chunks).toString())
}

function keyOfExchange({ method = 'GET', path, requestBody }: Exchange, root: URL): string {
  const body = typeof requestBody === 'string' || requestBody === undefined ? (requestBody ?? '') : JSON.stringify(requestBody)
  return keyOf(method, new URL(path, root), body)
}

/** A request in words that do not depend on the order of its query. */
function keyOf(method: string, { pathname, searchParams }: URL, body: string): string {
  const query = [...searchParams].map(([name, value]) => `${name}=${value}`).toSorted()
  return `${method} ${pathname}${query.length > 0 ? `?${query.join('&')}` : ''}${body && ` ${compact(body)}`}`
}

function compact(body: string): string {
  try {
    return JSON.stringify(JSON.parse(body))
  } catch {
    return body
  }
}

function hasHeaders({ headers }: IncomingMessage, { requestHeaders = {} }: Exchange): boolean {
  return Object.entries(requestHeaders).every(([name, value]) => headers[name.toLowerCase()] === value)
}
