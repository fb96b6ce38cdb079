import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import type { Log } from './log.ts'

/** One connection that is kept: when it breaks, a new one takes its place. */
export interface Session {
  /** The connection of this moment; null while there is none. */
  readonly client: pg.Client | null
  close(): Promise<void>
}

/** What a session is for. */
export interface SessionOptions {
  readonly url: string
  /** Names the session in the log and in pg_stat_activity. */
  readonly name: string
  readonly log: Log
  /** Called with every new connection before it counts as one; when it throws, the next attempt follows. */
  prepare(client: pg.Client): Promise<void>
  /** Called when a connection was lost and another has taken its place. */
  onReplaced?(): void
}

const firstPause = 100 // [ms]
const longestPause = 5_000 // [ms]

/** Opens a session; fails when the first connection does, and from then on reconnects. */
export async function openSession(options: SessionOptions): Promise<Session> {
  const { name, log } = options
  const closing = new AbortController()
  let client: pg.Client | null = null

  async function connect(): Promise<void> {
    const fresh = await connectOnce(options)
    if (closing.signal.aborted) return fresh.end()
    client = fresh
    fresh.once('end', () => {
      if (client !== fresh) return
      client = null
      log.warn({ session: name }, 'lost a connection to the database')
      reconnect().catch(error => log.error({ session: name, error: String(error) }, 'gave up reconnecting to the database'))
    })
  }

  async function reconnect(): Promise<void> {
    for (let pause = firstPause; client === null && !closing.signal.aborted; pause = Math.min(2 * pause, longestPause)) {
      await sleep(pause * (0.5 + Math.random()), undefined, { signal: closing.signal }).catch(() => {})
      if (closing.signal.aborted) return
      await connect().catch(error => log.warn({ session: name, error: String(error) }, 'cannot reach the database yet'))
    }
    if (closing.signal.aborted) return
    log.info({ session: name }, 'reconnected to the database')
    options.onReplaced?.()
  }

  await connect()
  return {
    get client() {
      return client
    },
    close: async () => {
      closing.abort()
      const last = client
      client = null
      await last?.end()
    }
  }
}

async function connectOnce({ url, name, log, prepare }: SessionOptions): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url, application_name: name, keepAlive: true, connectionTimeoutMillis: 10_000 })
  client.on('error', error => log.warn({ session: name, error: error.message }, 'a connection to the database broke'))
  try {
    await client.connect()
    await prepare(client)
    return client
  } catch (error) {
    await client.end().catch(() => {})
    throw error
  }
}
