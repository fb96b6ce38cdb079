import { chmod } from 'node:fs/promises'
import type pg from 'pg'
import { once } from './measure.ts'

const tables = ['AlertKey', 'Alert', 'RunAlert'] as const

/**
 * Stores the rows that a run has made once more, the way PostgreSQL does it fastest: from files of the server's own by
 * COPY, merged into the same tables, in one transaction. Answers how long that took [ms]; the rows are gone before and back after.
 */
export async function copyAndMerge(pool: pg.Pool, folder: string): Promise<number> {
  await chmod(folder, 0o777)
  const fileOf = (table: string) => `${folder}/${table}.copy`
  for (const table of tables) await pool.query(`COPY (SELECT * FROM "${table}") TO '${fileOf(table)}'`)
  await pool.query(`TRUNCATE ${tables.map(table => `"${table}"`).join(', ')}`)
  const client = await pool.connect()
  try {
    return await once(async () => {
      await client.query('BEGIN')
      for (const table of tables) {
        await client.query(`CREATE TEMP TABLE "staged_${table}" (LIKE "${table}") ON COMMIT DROP`)
        await client.query(`COPY "staged_${table}" FROM '${fileOf(table)}'`)
        await client.query(`INSERT INTO "${table}" SELECT * FROM "staged_${table}" ON CONFLICT DO NOTHING`)
      }
      await client.query('COMMIT')
    })
  } finally {
    client.release()
  }
}
