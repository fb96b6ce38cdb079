import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { Socket } from 'node:net'
import { isRecord } from './members.ts'

/** Watches where this process connects to. */
export interface Connections {
  /** Origins that were asked and hosts that were connected to since the watch began. */
  seen(): string[]
  stop(): void
}

/** Begins to watch: global fetch is refused; undici, node:http and plain sockets are noted. */
export function watchConnections(): Connections {
  const seen = new Set<string>()
  const { fetch } = globalThis
  globalThis.fetch = async input => {
    const destination = String(input instanceof Request ? input.url : input)
    seen.add(`fetch of ${destination}`)
    throw new TypeError('A module must not call fetch itself.')
  }
  const onUndici = (message: unknown) => {
    if (isRecord(message) && isRecord(message['request'])) seen.add(String(message['request']['origin']))
  }
  const onNodeHttp = (message: unknown) => {
    if (isRecord(message) && isRecord(message['request'])) seen.add(`node:http to ${message['request']['host']}`)
  }
  const onSocket = (message: unknown) => {
    if (!isRecord(message) || !(message['socket'] instanceof Socket)) return
    const { socket } = message
    socket.once('connect', () => seen.add(`${socket.remoteAddress}:${socket.remotePort}`))
    socket.once('error', error => {
      if (socket.connecting) seen.add(`a host that could not be reached: ${error.message}`)
    })
  }
  const channels = { 'undici:request:create': onUndici, 'http.client.request.start': onNodeHttp, 'net.client.socket': onSocket }
  for (const [name, listener] of Object.entries(channels)) subscribe(name, listener)
  return {
    seen: () => [...seen],
    stop() {
      globalThis.fetch = fetch
      for (const [name, listener] of Object.entries(channels)) unsubscribe(name, listener)
    }
  }
}
