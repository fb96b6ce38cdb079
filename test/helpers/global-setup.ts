import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { type EmbeddedPostgres, startEmbedded } from '../../src/database/embedded.ts'
import { migrateDatabase } from '../../src/database/prepare.ts'
import { databaseUrl, serverVariable, silent, templateName } from './database.ts'

let postgres: EmbeddedPostgres | undefined
let folder: string | undefined

/** Starts one PostgreSQL for the whole test run, with a migrated database to clone. */
export async function globalSetup(): Promise<void> {
  folder = await mkdtemp(join(tmpdir(), 'tom-alerts-test-'))
  await chmod(folder, 0o755) // for the account of PostgreSQL, when the tests run as root
  postgres = await startEmbedded({ dataDir: folder, log: silent, durable: false, connections: 300 })
  const admin = new pg.Client({ connectionString: postgres.url })
  await admin.connect()
  await admin.query(`CREATE DATABASE ${templateName}`)
  await admin.end()
  await migrateDatabase(databaseUrl(postgres.url, templateName))
  process.env[serverVariable] = postgres.url // test files inherit it
}

/** Stops it and leaves nothing behind. */
export async function globalTeardown(): Promise<void> {
  await postgres?.close()
  if (folder) await rm(folder, { recursive: true, force: true })
}
