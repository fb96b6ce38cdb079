import assert from 'node:assert/strict'
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, afterEach, before, beforeEach, describe, it } from 'node:test'
import pg from 'pg'
import { v7 as uuidv7 } from 'uuid'
import { schemaFile } from '../prisma/generate.ts'
import { schemaDiff } from '../prisma/schema-diff.ts'
import { migrate, migrationsFolder } from '../src/database/migrator.ts'
import { migrateDatabase, serverFault } from '../src/database/prepare.ts'
import { makePartitions } from '../src/runs/house-store.ts'
import { createEmptyDatabase, createTestDatabase, type TestDatabase } from './helpers/database.ts'

async function connect(url: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  return client
}

/** Everything that a database is made of, one line each; what a partition has of its table is not told again. */
async function structureOf(client: pg.Client): Promise<string[]> {
  const { rows } = await client.query<{ line: string }>(`
    SELECT format('%s.%s %s%s %s', c.relname, a.attname, format_type(a.atttypid, a.atttypmod),
                  CASE WHEN a.attnotnull THEN ' NOT NULL' END, pg_get_expr(d.adbin, d.adrelid)) AS line
      FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
     WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition AND a.attnum > 0 AND NOT a.attisdropped
    UNION ALL SELECT replace(pg_get_indexdef(oid), ' ON ONLY ', ' ON ') FROM pg_class
     WHERE relnamespace = 'public'::regnamespace AND relkind IN ('i', 'I') AND NOT relispartition
    UNION ALL SELECT format('%s %s %s', conrelid::regclass, conname, pg_get_constraintdef(oid))
      FROM pg_constraint WHERE connamespace = 'public'::regnamespace AND contype <> 'n' AND coninhcount = 0 AND conparentid = 0`)
  return rows
    .map(({ line }) => line)
    .filter(line => !line.includes('_prisma_migrations'))
    .sort()
}

describe('the migrations', () => {
  let migrated: TestDatabase
  let empty: TestDatabase
  before(async () => {
    migrated = await createTestDatabase()
    empty = await createEmptyDatabase()
  })
  after(async () => {
    await migrated.drop()
    await empty.drop()
  })

  it('make what the schema says, and more only where the schema cannot say it', async () => {
    const [byMigrations, bySchema] = await Promise.all([connect(migrated.url), connect(empty.url)])
    await bySchema.query(await schemaDiff(null, await readFile(schemaFile, 'utf8')))
    const [made, said] = [await structureOf(byMigrations), await structureOf(bySchema)]
    await Promise.all([byMigrations.end(), bySchema.end()])

    assert.ok(said.length > 100)
    const missing = said.filter(line => !made.includes(line))
    assert.deepEqual(missing, [], 'schema.prisma says what no migration makes: run `npm run db:migration <name>`')
    const unsaid = made.filter(line => !said.includes(line) && !/ CHECK | WHERE /.test(line))
    assert.deepEqual(unsaid, [], 'a migration makes what schema.prisma does not say')
  })
})

describe('the migration to partitions', () => {
  it('keeps every row where it is, those of later days aside, and lets the coming days have partitions', async () => {
    const database = await createEmptyDatabase()
    const client = await connect(database.url)
    const folder = await mkdtemp(join(tmpdir(), 'tom-alerts-migrations-'))
    try {
      const names = (await readdir(migrationsFolder)).filter(name => /^\d/.test(name)).sort()
      const partitions = names.findIndex(name => name.endsWith('_partitions'))
      const upTo = async (end: number) => {
        for (const name of names.slice(0, end)) await cp(join(migrationsFolder, name), join(folder, name), { recursive: true })
        await migrate(client, folder)
      }
      await upTo(partitions)
      const ids = [uuidv7(), uuidv7({ msecs: Date.now() + 30 * 86_400_000 })]
      for (const id of ids) {
        await client.query(
          `INSERT INTO "Alert" (id, "brokerId", "brokerAlertId", name, "nameKey", raw, "rawType", "contentHash") VALUES ($1, 'b', 'a', 'n', 'n', '{}', 'x', '')`,
          [id]
        )
        await client.query(`INSERT INTO "RunAlert" VALUES ($1, 1, $1, '', 'new', 1)`, [id])
      }
      await upTo(names.length)
      for (const [table, key] of [
        ['Alert', 'id'],
        ['RunAlert', 'runId']
      ]) {
        const { rows } = await client.query(`SELECT tableoid::regclass::text AS part FROM "${table}" ORDER BY "${key}"`)
        assert.deepEqual(rows, [{ part: `"${table}_earlier"` }, { part: `"${table}_default"` }])
      }
      const pool = new pg.Pool({ connectionString: database.url })
      assert.equal((await makePartitions(pool)).filter(name => name.startsWith('Alert_')).length, 7)
      await pool.end()
    } finally {
      await client.end()
      await database.drop()
      await rm(folder, { recursive: true, force: true })
    }
  })
})

describe('the migrator', () => {
  let database: TestDatabase
  let client: pg.Client
  let folder: string
  beforeEach(async () => {
    database = await createEmptyDatabase()
    client = await connect(database.url)
    folder = await mkdtemp(join(tmpdir(), 'tom-alerts-migrations-'))
    await write('1_first', 'CREATE TABLE first (id int);')
  })
  afterEach(async () => {
    await client.end()
    await database.drop()
    await rm(folder, { recursive: true, force: true })
  })

  async function write(name: string, script: string): Promise<void> {
    await mkdir(join(folder, name), { recursive: true })
    await writeFile(join(folder, name, 'migration.sql'), script)
  }

  it('applies each migration once, in order of their names', async () => {
    assert.deepEqual(await migrate(client, folder), ['1_first'])
    await write('3_third', 'ALTER TABLE second ADD COLUMN third int;')
    await write('2_second', 'CREATE TABLE second (id int); INSERT INTO second VALUES (1);')
    assert.deepEqual(await migrate(client, folder), ['2_second', '3_third'])
    assert.deepEqual(await migrate(client, folder), [])
    assert.deepEqual((await client.query('SELECT * FROM second')).rows, [{ id: 1, third: null }])
  })

  it('lets processes that start together take turns', async () => {
    const applied = await Promise.all([1, 2, 3, 4].map(() => migrateDatabase(database.url)))
    assert.equal(applied.filter(names => names.length > 0).length, 1)
  })

  it('leaves nothing of a migration that fails, and says which one it was', async () => {
    await write('2_second', 'CREATE TABLE second (id int); SELECT 1 / 0;')
    await assert.rejects(migrate(client, folder), { message: /^Migration 2_second failed .*division by zero/ })
    assert.deepEqual((await client.query(`SELECT to_regclass('first') AS first, to_regclass('second') AS second`)).rows, [
      { first: 'first', second: null }
    ])
    await write('2_second', 'CREATE TABLE second (id int);')
    assert.deepEqual(await migrate(client, folder), ['2_second'])
  })

  it('names a migration that was edited after it was applied', async () => {
    await migrate(client, folder)
    await write('1_first', 'CREATE TABLE first (id bigint);')
    await assert.rejects(migrate(client, folder), { message: /^1_first\/migration\.sql was edited after/ })
  })

  it('names a migration that another tool left half-way', async () => {
    await migrate(client, folder)
    await client.query(`UPDATE "_prisma_migrations" SET "finished_at" = NULL, "logs" = 'out of memory'`)
    await assert.rejects(migrate(client, folder), { message: /Migration 1_first .* did not finish: out of memory/ })
  })

  it('refuses a server that cannot hold the database', () => {
    assert.match(serverFault({ version: '14.9', major: 14, encoding: 'UTF8' }) ?? '', /version 14\.9.* needs 15 or newer/)
    assert.match(serverFault({ version: '15.1', major: 15, encoding: 'SQL_ASCII' }) ?? '', /SQL_ASCII.* needs UTF8/)
    assert.equal(serverFault({ version: '15.1', major: 15, encoding: 'UTF8' }), undefined)
  })
})
