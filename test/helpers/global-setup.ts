import { chmod, mkdtemp, readdir, rm } from 'node:fs/promises'
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
  await removeLeftovers()
  folder = await mkdtemp(join(tmpdir(), `tom-alerts-test-${process.pid}-`))
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

/** Stops and removes what killed test runs left; a folder that does not name a process of the past is not touched. */
async function removeLeftovers(): Promise<void> {
  for (const name of await readdir(tmpdir())) {
    const owner = /^tom-alerts-test-(\d+)-/.exec(name)?.[1]
    if (owner === undefined || isAlive(Number(owner))) continue
    const dataDir = join(tmpdir(), name)
    const left = await startEmbedded({ dataDir, log: silent, durable: false }).catch(() => undefined)
    await left?.close()
    await rm(dataDir, { recursive: true, force: true }).catch(() => {}) // another account's is left alone
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}
