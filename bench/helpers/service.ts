import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { startEmbedded } from '../../src/database/embedded.ts'
import { migrateDatabase } from '../../src/database/prepare.ts'
import { type ServiceProcess, startProcess } from '../../test/helpers/process.ts'

/** A service of its own, and the way to its database past it. */
export interface BenchService {
  readonly service: ServiceProcess
  readonly pool: pg.Pool
  /** Where its database is, for more processes. */
  readonly databaseUrl: string
  /** Version of PostgreSQL. */
  readonly postgres: string
  get(path: string): Promise<ReturnType<typeof JSON.parse>>
  post(path: string, body: unknown): Promise<ReturnType<typeof JSON.parse>>
  close(): Promise<void>
}

const quiet = { info: () => {}, warn: () => {}, error: () => {} }
const databaseName = 'tom_alerts_bench'

/** Starts a service, with these environment variables besides, and an empty database: on the server at BENCH_DATABASE_URL, or on the embedded PostgreSQL, durable in either case. */
export async function startBench(variables: Readonly<Record<string, string>> = {}): Promise<BenchService> {
  const given = process.env['BENCH_DATABASE_URL']
  const folder = await mkdtemp(join(tmpdir(), 'tom-alerts-bench-'))
  await chmod(folder, 0o755) // for the account of PostgreSQL, when this runs as root
  const embedded = given === undefined ? await startEmbedded({ dataDir: folder, log: quiet }) : undefined
  const server = given ?? embedded?.url ?? ''
  await onServer(server, `DROP DATABASE IF EXISTS ${databaseName} WITH (FORCE)`, `CREATE DATABASE ${databaseName}`)
  const url = new URL(server)
  url.pathname = databaseName
  await migrateDatabase(url.href)
  const service = await startProcess({ DATABASE_URL: url.href, LOG_LEVEL: 'info', ...variables })
  const pool = new pg.Pool({ connectionString: url.href, max: 4 })
  const { rows } = await pool.query<{ server_version: string }>('SHOW server_version')
  const close = async () => {
    await service.stop()
    await pool.end()
    await onServer(server, `DROP DATABASE ${databaseName} WITH (FORCE)`)
    await embedded?.close()
    await rm(folder, { recursive: true, force: true })
  }
  return { service, pool, databaseUrl: url.href, postgres: rows[0]?.server_version ?? '', close, ...clientOf(service.url) }
}

async function onServer(url: string, ...statements: string[]): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  for (const statement of statements) await client.query(statement)
  await client.end()
}

function clientOf(url: string) {
  const read = async (response: Response) => {
    const text = await response.text()
    if (!response.ok) throw new Error(`${response.url} answered ${response.status}: ${text}`)
    return JSON.parse(text)
  }
  return {
    get: async (path: string) => read(await fetch(url + path)),
    post: async (path: string, body: unknown) =>
      read(await fetch(url + path, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }))
  }
}
