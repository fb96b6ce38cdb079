import pg from 'pg'
import { startEmbedded } from './embedded.ts'
import type { Log } from './log.ts'
import { migrate } from './migrator.ts'

/** Where the database is, and who is told about it. */
export interface DatabaseOptions {
  /** None: the embedded PostgreSQL of dataDir. */
  readonly url?: string | null
  readonly dataDir?: string
  readonly log: Log
}

/** A server that answers, with a database of this release's schema. */
export interface PreparedDatabase {
  readonly url: string
  /** Names of the migrations that were applied just now. */
  readonly applied: readonly string[]
  /** Stops what was started for it. */
  release(): Promise<void>
}

const oldestServer = 15 // major version

/** Finds or starts the server and brings the database to this release's schema. */
export async function prepareDatabase({ url, dataDir, log }: DatabaseOptions): Promise<PreparedDatabase> {
  if (url) return { url, applied: await migrateDatabase(url), release: async () => {} }
  if (dataDir === undefined) throw new Error('A database needs a URL, or a folder for the embedded PostgreSQL.')
  const embedded = await startEmbedded({ dataDir, log })
  try {
    return { url: embedded.url, applied: await migrateDatabase(embedded.url), release: () => embedded.close() }
  } catch (error) {
    await embedded.close()
    throw error
  }
}

/** Applies the migrations that a database lacks and answers their names; refuses a server that cannot hold it. */
export async function migrateDatabase(url: string): Promise<string[]> {
  const client = new pg.Client({
    connectionString: url,
    application_name: 'tom-alerts-service migrations',
    connectionTimeoutMillis: 30_000
  })
  client.on('error', () => {}) // the query under way fails too, and tells
  try {
    await client.connect().catch(cause => {
      throw new Error(`Cannot connect to PostgreSQL at ${placeOf(client)}: ${reasonOf(cause)}`, { cause })
    })
    await refuseUnfit(client)
    return await migrate(client)
  } finally {
    await client.end().catch(() => {})
  }
}

async function refuseUnfit(client: pg.Client): Promise<void> {
  const { rows } = await client.query<ServerFacts>(
    `SELECT current_setting('server_version') AS "version", current_setting('server_version_num')::int / 10000 AS "major",
            current_setting('server_encoding') AS "encoding"`
  )
  const fault = rows[0] && serverFault(rows[0])
  if (fault) throw new Error(`The database at ${placeOf(client)} ${fault}`)
}

/** What decides whether a database can hold ours. */
export interface ServerFacts {
  readonly version: string
  readonly major: number
  readonly encoding: string
}

/** Says why a database cannot hold ours, as the end of a sentence; undefined when it can. */
export function serverFault({ version, major, encoding }: ServerFacts): string | undefined {
  if (major < oldestServer) return `is of PostgreSQL version ${version}; this service needs ${oldestServer} or newer.`
  if (encoding !== 'UTF8') return `is encoded in ${encoding}; this service needs UTF8.`
  return undefined
}

/** Host, port and name: what of a URL may be shown. */
function placeOf({ host, port, database }: pg.Client): string {
  return `${host}:${port}/${database ?? ''}`
}

/** A host name with several addresses fails with one error for each, and no message of its own. */
function reasonOf(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(reasonOf).join(', ')
  return error instanceof Error ? error.message : String(error)
}
