import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { type Account, accountFor, obstacle } from './account.ts'
import { findBinaries } from './binaries.ts'
import { clusterFolder, openCluster } from './cluster.ts'
import type { Log } from './log.ts'
import { runningServer, type ServerOptions, startServer, stopServer, urlOf } from './server.ts'
import { openSession, type Session } from './session.ts'

/** A PostgreSQL that came with the package; any number of processes on this machine can share it. */
export interface EmbeddedPostgres {
  readonly url: string
  /** Stops the server when no other process uses it. */
  close(): Promise<void>
}

/** How to run the embedded PostgreSQL. */
export interface EmbeddedOptions {
  readonly dataDir: string
  readonly log: Log
  /** False for tests: what is written may be lost when the machine stops. Default: true. */
  readonly durable?: boolean
  /** Most connections at once [count]. Default: 100. */
  readonly connections?: number
}

const usersLock = 72_707_370 // every process that uses the server holds this lock, shared
const attempts = 6

/** Makes, starts or joins the PostgreSQL of a DATA_DIR. It outlives a killed process of ours, and the next one joins it. */
export async function startEmbedded({ dataDir, log, durable = true, connections = 100 }: EmbeddedOptions): Promise<EmbeddedPostgres> {
  const account = await accountFor(clusterFolder(dataDir))
  try {
    const binaries = await findBinaries(account)
    const cluster = await openCluster(dataDir, { account, binaries, durable })
    return await join({ cluster, binaries, account, durable, connections }, log)
  } catch (error) {
    throw await explained(error, { dataDir, account })
  }
}

/** Others may start or stop the same server in the same moment, so what did not work is tried again. */
async function join(server: ServerOptions, log: Log): Promise<EmbeddedPostgres> {
  for (let attempt = 1; ; attempt++) {
    try {
      if ((await runningServer(server.cluster)) === undefined) await startServer(server)
      const port = await runningServer(server.cluster)
      if (port === undefined) throw new Error('The embedded PostgreSQL stopped as soon as it had started.')
      const url = urlOf(server.cluster, port)
      const use = await registerUse(url, log)
      log.info({ folder: server.cluster.folder, port }, 'the embedded PostgreSQL is running')
      return { url, close: () => leave(server, use, log) }
    } catch (error) {
      if (attempt === attempts) throw error
      await sleep(100 * 2 ** attempt)
    }
  }
}

/** Waits when another process is stopping the server; the lock then never comes, and the session breaks. */
async function registerUse(url: string, log: Log): Promise<Session> {
  const prepare = async (client: pg.Client) => {
    await client.query('SELECT pg_advisory_lock_shared($1)', [usersLock])
  }
  return openSession({ url, log, name: 'tom-alerts-service user', prepare })
}

/** While another process stops the server, connections fail; looking again waits until it is gone. */
async function leave(server: ServerOptions, use: Session, log: Log): Promise<void> {
  await use.close()
  for (let attempt = 1; ; attempt++) {
    const port = await runningServer(server.cluster)
    if (port === undefined) return
    try {
      return await stopIfLast(server, urlOf(server.cluster, port), log)
    } catch (error) {
      if (attempt === attempts) throw error
    }
  }
}

/** Whoever gets the lock for itself alone is the last user; it keeps the lock while it stops the server. */
async function stopIfLast(server: ServerOptions, url: string, log: Log): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  client.on('error', () => {}) // stopping the server breaks this connection too
  try {
    await client.connect()
    const { rows } = await client.query<{ last: boolean }>('SELECT pg_try_advisory_lock($1) AS last', [usersLock])
    if (!rows[0]?.last) return
    await stopServer(server)
    log.info({ folder: server.cluster.folder }, 'the embedded PostgreSQL has stopped')
  } finally {
    await client.end().catch(() => {})
  }
}

async function explained(error: unknown, { dataDir, account }: { dataDir: string; account: Account }): Promise<unknown> {
  const blocked = await obstacle(dataDir, account).catch(() => undefined)
  if (blocked === undefined) return error
  return new Error(`${blocked}. Open that folder to it (chmod o+x), or set DATA_DIR to a folder that every account may enter.`, {
    cause: error
  })
}
