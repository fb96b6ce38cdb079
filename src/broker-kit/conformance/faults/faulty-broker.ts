import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import { makeSelfSigned } from './self-signed.ts'
import type { TransportFault } from './transport.ts'

/** A broker on loopback to whose requests a fault happens. */
export interface FaultyBroker extends AsyncDisposable {
  readonly baseUrl: string
  /** How many requests came so far. */
  requests(): number
  /** How much was sent so far [byte]. */
  sent(): number
}

/** What a faulty broker does. */
export interface FaultyBrokerOptions {
  readonly fault: TransportFault
  /** Answers the requests before the one with this number; the first is 0. */
  readonly from?: number
  readonly answer?: (path: string) => string
}

/** Starts a broker to whose requests a fault happens, from some request on. */
export async function startFaultyBroker({ fault, from = 0, answer = () => '' }: FaultyBrokerOptions): Promise<FaultyBroker> {
  let count = 0
  let sent = 0
  const handle = (request: IncomingMessage, response: ServerResponse) => {
    response.on('error', () => {})
    const { socket } = request
    const before = socket.bytesWritten
    response.on('close', () => {
      sent += socket.bytesWritten - before
    })
    if (count++ < from) response.writeHead(200, { 'content-type': 'application/json' }).end(answer(request.url ?? '/'))
    else fault.respond?.(request, response)
  }
  const server = fault.isSelfSigned ? createTlsServer(makeSelfSigned('broker.example'), handle) : createServer(handle)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const port = typeof address === 'object' ? address?.port : undefined
  const own = `${fault.isSelfSigned ? 'https' : 'http'}://127.0.0.1:${port}/`
  return {
    baseUrl: fault.instead?.(own) ?? own,
    requests: () => count,
    sent: () => sent,
    async [Symbol.asyncDispose]() {
      const closed = once(server, 'close')
      server.close()
      server.closeAllConnections()
      await closed
    }
  }
}
