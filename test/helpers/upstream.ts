import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'

/** A request as the stand-in received it. */
export interface UpstreamRequest {
  readonly method: string
  /** Path and query. */
  readonly url: string
  readonly headers: IncomingMessage['headers']
  readonly body: string
}

/** What a route answers: 200 unless said otherwise; a body that is neither text nor bytes is sent as JSON. */
export interface UpstreamAnswer {
  readonly status?: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: unknown
  /** Pause before the answer [ms]. */
  readonly delay?: number
}

export type UpstreamRoute = UpstreamAnswer | ((request: UpstreamRequest, url: URL) => UpstreamAnswer | Promise<UpstreamAnswer>)

/** Routes by method and path, `GET /objects/`; the key `*` answers what no other route does. */
export type UpstreamRoutes = Readonly<Record<string, UpstreamRoute>>

/** Answers by hand; the body of the request was read already. */
export type UpstreamHandler = (request: IncomingMessage, response: ServerResponse, received: UpstreamRequest) => void | Promise<void>

/** A stand-in for a broker, on loopback. */
export interface Upstream extends AsyncDisposable {
  /** With a trailing slash. */
  readonly url: string
  /** Everything that was asked so far, in order. */
  readonly requests: readonly UpstreamRequest[]
  /** Ends it, with every connection to it. */
  close(): Promise<void>
}

/** Starts a stand-in for a broker. */
export async function startUpstream(answers: UpstreamHandler | UpstreamRoutes): Promise<Upstream> {
  const requests: UpstreamRequest[] = []
  const handler = typeof answers === 'function' ? answers : routed(answers)
  const server = createServer(async (request, response) => {
    response.on('error', () => {})
    try {
      const received = await receive(request)
      requests.push(received)
      await handler(request, response, received)
    } catch (error) {
      response.destroy(error instanceof Error ? error : undefined)
    }
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const close = () => stop(server)
  return { url: `http://127.0.0.1:${portOf(server)}/`, requests, close, [Symbol.asyncDispose]: close }
}

async function receive(request: IncomingMessage): Promise<UpstreamRequest> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk)
  const { method = '', url = '', headers } = request
  return { method, url, headers, body: Buffer.concat(chunks).toString() }
}

function routed(routes: UpstreamRoutes): UpstreamHandler {
  return async (_request, response, received) => {
    const url = new URL(received.url, 'http://upstream')
    const route = routes[`${received.method} ${url.pathname}`] ?? routes['*'] ?? { status: 404, body: { message: 'no such route' } }
    const { status = 200, headers = {}, body, delay = 0 } = typeof route === 'function' ? await route(received, url) : route
    if (delay > 0) await sleep(delay, undefined, { ref: false })
    const isRaw = typeof body === 'string' || Buffer.isBuffer(body)
    response.writeHead(status, { ...(!isRaw && body !== undefined && { 'content-type': 'application/json' }), ...headers })
    response.end(isRaw || body === undefined ? body : JSON.stringify(body))
  }
}

function portOf(server: Server): number {
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the stand-in has no port')
  return address.port
}

async function stop(server: Server): Promise<void> {
  if (!server.listening) return
  const closed = once(server, 'close')
  server.close()
  server.closeAllConnections()
  await closed
}
