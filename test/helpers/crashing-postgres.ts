import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { startEmbedded } from '../../src/database/embedded.ts'
import { silent } from './database.ts'

/** A PostgreSQL of one test, which keeps what is on its disk. */
export interface CrashingPostgres {
  readonly url: string
  /** Runs a statement of the superuser. */
  query<Row extends pg.QueryResultRow>(text: string): Promise<Row[]>
  /** Ends all its processes as a crash would, without any word to the disk, and starts them again; answers when they are ended. */
  crash(): Promise<void>
  close(): Promise<void>
}

/** Starts a PostgreSQL that can crash. */
export async function startCrashingPostgres(): Promise<CrashingPostgres> {
  const folder = await mkdtemp(join(tmpdir(), 'tom-alerts-crash-'))
  await chmod(folder, 0o755) // for the account of PostgreSQL, when the tests run as root
  const postgres = await startEmbedded({ dataDir: folder, log: silent })
  const work = async <T>(task: (client: pg.Client) => Promise<T>) => {
    const client = new pg.Client({ connectionString: postgres.url })
    client.on('error', () => {})
    await client.connect()
    return task(client).finally(() => client.end().catch(() => {}))
  }
  return {
    url: postgres.url,
    query: <Row extends pg.QueryResultRow>(text: string) => work(async client => (await client.query<Row>(text)).rows),
    // When one of its processes is killed, PostgreSQL ends all the others and recovers from its log.
    crash: () =>
      work(async witness => {
        const gone = new Promise(resolve => witness.once('end', resolve))
        await work(async victim => {
          const { rows } = await victim.query<{ pid: number }>('SELECT pg_backend_pid() AS pid')
          process.kill(rows[0]?.pid ?? 0, 'SIGKILL')
          await gone
        })
      }),
    close: async () => {
      await postgres.close()
      await rm(folder, { recursive: true, force: true })
    }
  }
}
