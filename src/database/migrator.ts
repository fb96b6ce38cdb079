import { createHash, randomUUID } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type pg from 'pg'

/** The migrations of this release. */
export const migrationsFolder = fileURLToPath(new URL('../../prisma/migrations', import.meta.url))

const prismaLock = 72_707_369 // the advisory lock that Prisma's own tools take
const table = `CREATE TABLE IF NOT EXISTS "_prisma_migrations" (
  "id" VARCHAR(36) PRIMARY KEY NOT NULL, "checksum" VARCHAR(64) NOT NULL, "finished_at" TIMESTAMPTZ,
  "migration_name" VARCHAR(255) NOT NULL, "logs" TEXT, "rolled_back_at" TIMESTAMPTZ,
  "started_at" TIMESTAMPTZ NOT NULL DEFAULT now(), "applied_steps_count" INTEGER NOT NULL DEFAULT 0)`

interface Migration {
  readonly name: string
  readonly script: string
  readonly checksum: string
}

/**
 * Applies the migrations that a database lacks, in order of their names, and answers their names. Keeps Prisma's own
 * record of them, so that its tools agree. Processes that start together take turns.
 */
export async function migrate(client: pg.Client, folder = migrationsFolder): Promise<string[]> {
  await client.query('SELECT pg_advisory_lock($1)', [prismaLock])
  try {
    await client.query(table)
    const missing = await missingMigrations(client, await readMigrations(folder))
    for (const migration of missing) await apply(client, migration)
    return missing.map(({ name }) => name)
  } finally {
    await client.query('SELECT pg_advisory_unlock($1)', [prismaLock])
  }
}

async function readMigrations(folder: string): Promise<Migration[]> {
  const entries = await readdir(folder, { withFileTypes: true })
  const names = entries.filter(entry => entry.isDirectory()).map(({ name }) => name)
  return Promise.all(
    names.sort().map(async name => {
      const script = await readFile(join(folder, name, 'migration.sql'), 'utf8')
      return { name, script, checksum: createHash('sha256').update(script).digest('hex') }
    })
  )
}

async function missingMigrations(client: pg.Client, migrations: readonly Migration[]): Promise<Migration[]> {
  const { rows } = await client.query<{ name: string; checksum: string; finished: boolean; logs: string | null }>(
    `SELECT "migration_name" AS "name", "checksum", "finished_at" IS NOT NULL AS "finished", "logs"
     FROM "_prisma_migrations" WHERE "rolled_back_at" IS NULL ORDER BY "started_at"`
  )
  const failed = rows.find(({ finished }) => !finished)
  if (failed) {
    const told = failed.logs ? `: ${failed.logs}` : ''
    throw new Error(
      `Migration ${failed.name} was begun by another tool and did not finish${told}. Mend the database, then mark it with \`prisma migrate resolve\`.`
    )
  }
  const applied = new Map(rows.map(({ name, checksum }) => [name, checksum]))
  const edited = migrations.find(({ name, checksum }) => applied.has(name) && applied.get(name) !== checksum)
  if (edited) {
    throw new Error(
      `${join(edited.name, 'migration.sql')} was edited after it was applied to this database. Restore the file and write a new migration.`
    )
  }
  return migrations.filter(({ name }) => !applied.has(name))
}

/** Script and record are one transaction, so a process killed half-way leaves nothing; no migration can use CONCURRENTLY for that. */
async function apply(client: pg.Client, { name, script, checksum }: Migration): Promise<void> {
  try {
    await client.query('BEGIN')
    await client.query(script)
    await client.query(
      `INSERT INTO "_prisma_migrations" ("id", "checksum", "migration_name", "finished_at", "applied_steps_count")
       VALUES ($1, $2, $3, clock_timestamp(), 1)`,
      [randomUUID(), checksum, name]
    )
    await client.query('COMMIT')
  } catch (error) {
    await client.query('ROLLBACK')
    throw new Error(`Migration ${name} failed and left no trace: ${String(error)}`, { cause: error })
  }
}
