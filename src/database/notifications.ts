import { EventEmitter } from 'node:events'
import pg from 'pg'
import type { Log } from './log.ts'
import { openSession } from './session.ts'

/** What any process tells through PostgreSQL's NOTIFY. A hint to look: what matters is in tables. */
export interface Notifications {
  /** Listens to a channel; call the answer to stop. The first listener of a channel hears nothing until PostgreSQL has taken its LISTEN. */
  on(channel: string, listener: (payload: string) => void): () => void
  /** Tells the listeners of this process at once what PostgreSQL is going to tell everyone. */
  tell(channel: string, payload: string): void
  /** False while the connection is lost; what is notified then never comes. */
  readonly connected: boolean
  /** Is told when the connection is back, because something may have been missed; call the answer to stop. */
  onReconnect(listener: () => void): () => void
}

/** Opens the one connection of this process that listens. */
export async function openNotifications({ url, log }: { url: string; log: Log }): Promise<Notifications & { close(): Promise<void> }> {
  const notified = new EventEmitter().setMaxListeners(0)
  const reconnected = new EventEmitter().setMaxListeners(0)
  const channels = new Set<string>() // never left again, so that later listeners of a channel hear at once
  let listening: Promise<unknown> = Promise.resolve() // a connection takes one statement after the other

  const session = await openSession({
    url,
    log,
    name: 'tom-alerts-service notifications',
    prepare: async client => {
      client.on('notification', ({ channel, payload = '' }) => notified.emit(eventOf(channel), payload))
      for (const channel of channels) await client.query(`LISTEN ${pg.escapeIdentifier(channel)}`)
    },
    onReplaced: () => reconnected.emit('reconnected')
  })

  function listen(channel: string): void {
    if (channels.has(channel)) return
    channels.add(channel)
    const failed = (error: unknown) =>
      log.warn({ channel, error: String(error) }, 'could not listen to a channel; the next connection will')
    listening = listening.then(() => session.client?.query(`LISTEN ${pg.escapeIdentifier(channel)}`)).catch(failed)
  }

  return {
    on: (channel, listener) => {
      notified.on(eventOf(channel), listener)
      listen(channel)
      return () => notified.off(eventOf(channel), listener)
    },
    tell: (channel, payload) => void notified.emit(eventOf(channel), payload),
    get connected() {
      return session.client !== null
    },
    onReconnect: listener => {
      reconnected.on('reconnected', listener)
      return () => reconnected.off('reconnected', listener)
    },
    close: () => session.close()
  }
}

/** Keeps channels apart from the event names that mean something to an emitter, such as `error`. */
function eventOf(channel: string): string {
  return `channel ${channel}`
}
