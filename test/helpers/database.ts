import { randomBytes } from 'node:crypto'
import pg from 'pg'
import type { Log } from '../../src/database/log.ts'

/** A log that says nothing. */
export const silent: Log = { info: () => {}, warn: () => {}, error: () => {} }

/** The variable by which global-setup tells the test files where its PostgreSQL is. */
export const serverVariable = 'TEST_POSTGRES_URL'
/** The migrated database that every test database is a copy of. */
export const templateName = 'template_tom'

const cloneLock = 1

/** A database of one test file. */
export interface TestDatabase {
  readonly url: string
  /** Also ends every connection to it. */
  drop(): Promise<void>
}

/** Makes a database with this release's schema and nothing in it. */
export async function createTestDatabase(): Promise<TestDatabase> {
  return createDatabase(templateName)
}

/** Makes a database without any table. */
export async function createEmptyDatabase(): Promise<TestDatabase> {
  return createDatabase('template0')
}

async function createDatabase(template: string): Promise<TestDatabase> {
  const server = process.env[serverVariable]
  if (server === undefined) throw new Error('run the tests with --test-global-setup=test/helpers/global-setup.ts, as `npm test` does')
  const name = `test_${randomBytes(8).toString('hex')}`
  await onServer(server, async client => {
    await client.query('SELECT pg_advisory_lock($1)', [cloneLock]) // a template can be copied once at a time
    await client.query(`CREATE DATABASE ${name} TEMPLATE ${template}`)
  })
  const drop = () =>
    onServer(server, async client => {
      await client.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`)
    })
  return { url: databaseUrl(server, name), drop }
}

/** The URL of another database of the same server. */
export function databaseUrl(server: string, name: string): string {
  const url = new URL(server)
  url.pathname = name
  return url.href
}

async function onServer(url: string, work: (client: pg.Client) => Promise<void>): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    await work(client)
  } finally {
    await client.end()
  }
}
