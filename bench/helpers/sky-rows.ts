import type pg from 'pg'
import { v7 as uuidv7 } from 'uuid'
import { skyPixel } from '../../src/domain/sky.ts'
import { insertAlertRows } from '../../test/helpers/alert-rows.ts'
import { insertRun } from '../../test/helpers/run-rows.ts'

/** The place of the nth of so many points that are spread evenly over the sky [deg]. */
export function placeOf(n: number, total: number): { ra: number; dec: number } {
  return { ra: (n * 137.50776405003785) % 360, dec: (Math.asin((2 * (n + 0.5)) / total - 1) * 180) / Math.PI }
}

const atOnce = 10_000

/** Stores the targets `Star 0` to `Star total - 1`, beginning with the given one, each with an alias and an extra, past the service. */
export async function insertStars(pool: pg.Pool, { from, to, total }: { from: number; to: number; total: number }): Promise<void> {
  for (let start = from; start < to; start += atOnce) {
    const stars = Array.from({ length: Math.min(atOnce, to - start) }, (_, index) => {
      const n = start + index
      return { n, id: uuidv7(), ...placeOf(n, total) }
    })
    await pool.query(
      `WITH star AS (
         SELECT * FROM unnest($1::uuid[], $2::int[], $3::float8[], $4::float8[], $5::bigint[]) AS star(id, n, ra, dec, pixel)
       ), target AS (
         INSERT INTO "Target" (id, name, type, ra, dec, "skyPixel", "createdAt")
         SELECT id, 'Star ' || n, 'SIDEREAL', ra, dec, pixel, timestamptz '2026-01-01' + n * interval '1 s' FROM star
       ), extra AS (
         INSERT INTO "TargetExtra" ("targetId", key, value) SELECT id, 'catalogue', to_jsonb(n) FROM star
       )
       INSERT INTO "TargetName" (id, "targetId", name, "nameKey", "primary")
       SELECT gen_random_uuid(), id, 'Star ' || n, 'star' || n, true FROM star
       UNION ALL SELECT gen_random_uuid(), id, 'Alias ' || n, 'alias' || n, false FROM star`,
      [
        stars.map(({ id }) => id),
        stars.map(({ n }) => n),
        stars.map(({ ra }) => ra),
        stars.map(({ dec }) => dec),
        stars.map(({ ra, dec }) => skyPixel(ra, dec).toString())
      ]
    )
  }
  for (const table of ['Target', 'TargetName', 'TargetExtra']) await pool.query(`VACUUM ANALYZE "${table}"`)
}

/** Stores a finished run of so many alerts, each of an object that no target is of, with a kilobyte of raw text; answers its id. */
export async function insertRunOfAlerts(pool: pg.Pool, label: string, count: number): Promise<string> {
  const drafts = Array.from({ length: count }, (_, n) => {
    const { ra, dec } = placeOf(n, count)
    const name = `${label} ${n}`
    const raw = JSON.stringify({ name, ra, dec, filler: 'x'.repeat(1000) })
    // Off the places of the stars, and of the alerts of other runs.
    return { name, ra, dec: Math.max(-90, Math.min(90, dec + label.length / 100 + 0.003)), raw, mag: 18, score: 0.9 }
  })
  const alertIds: string[] = []
  for (let start = 0; start < count; start += 1000) alertIds.push(...(await insertAlertRows(pool, drafts.slice(start, start + 1000))))
  return (await insertRun(pool, { alertIds })).id
}
