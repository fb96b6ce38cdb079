import { createHash } from 'node:crypto'
import type { Queryable } from '../database.ts'
import type { ConeSearch } from '../domain/cone.ts'
import { pixelRanges, touchedCells } from '../domain/sky.ts'
import { separationSql } from '../domain/sky-sql.ts'
import type { Candidate } from './match-target.ts'

/** What a wanted target can have in common with others. */
export interface Likeness {
  /** Alert that the target is made of. */
  readonly alertId: string | null
  readonly nameKeys: readonly string[]
  /** Where a position counts as the same. */
  readonly cone: ConeSearch | null
}

/** Class of our advisory locks, apart from those of others. */
const lockClass = 7461
/** Few enough that a transaction can take them all, many enough that strangers seldom wait for one another. */
const lockCount = 256
/** Cells of 3.4 arcmin. */
const cellOrder = 10

/**
 * Makes whoever wants a target that is like one of these wait until this transaction ends. In ascending order, so that
 * no two wait for each other.
 */
export async function lockLikenesses(db: Queryable, likenesses: readonly Likeness[]): Promise<void> {
  await lockSlots(db, [...new Set(likenesses.flatMap(slotsOf))])
}

/** Makes whoever wants a target wait until this transaction ends. */
export async function lockAll(db: Queryable): Promise<void> {
  await lockSlots(db, [...Array(lockCount).keys()])
}

async function lockSlots(db: Queryable, slots: number[]): Promise<void> {
  const ordered = slots.sort((a, b) => a - b).join()
  // Without values it takes BEGIN along.
  await db.query(`SELECT count(pg_advisory_xact_lock(${lockClass}, slot)) FROM unnest('{${ordered}}'::int[]) AS slot`, [])
}

function slotsOf({ nameKeys, cone }: Likeness): number[] {
  const cells = cone ? touchedCells(cone, cellOrder).map(cell => `cell ${cell}`) : []
  return [...nameKeys.map(key => `name ${key}`), ...cells].map(slotOf)
}

function slotOf(text: string): number {
  return createHash('sha256').update(text).digest().readUInt32BE() % lockCount
}

/** What one wanted target has in common with one that is stored. */
export interface Finding extends Omit<Candidate, 'byAlert' | 'byName' | 'byPosition'> {
  /** Which of the wanted ones. */
  readonly index: number
  readonly rule: 'alert' | 'name' | 'position'
  /** The name that they share; null for the other rules. */
  readonly nameKey: string | null
}

const facts = 'target.id, target.name, target.type, target.ra, target.dec'
const place = { ra: 'wanted.ra', dec: 'wanted.dec' }

// OFFSET 0 makes each of these a look-up in an index for every wanted one: the planner, who cannot know that there are
// few, would rather read whole tables. The arrays stand in sub-selects to hide how long they are: then one plan serves
// all of them, and is kept. Otherwise each look-up would be planned anew, which takes three times as long as itself.
const findingsSql = `
  SELECT found.index, found.rule, found."nameKey", ${facts}
  FROM (
    SELECT wanted.index, 'alert' AS rule, NULL AS "nameKey", link."targetId"
    FROM unnest((SELECT $1::int[]), (SELECT $2::uuid[])) AS wanted(index, "alertId")
    CROSS JOIN LATERAL (SELECT "targetId" FROM "TargetAlert" WHERE "alertId" = wanted."alertId" OFFSET 0) AS link
    UNION ALL
    SELECT wanted.index, 'name', wanted."nameKey", owner."targetId"
    FROM unnest((SELECT $3::int[]), (SELECT $4::text[])) AS wanted(index, "nameKey")
    CROSS JOIN LATERAL (SELECT "targetId" FROM "TargetName" WHERE "nameKey" = wanted."nameKey" OFFSET 0) AS owner
  ) AS found
  CROSS JOIN LATERAL (SELECT * FROM "Target" WHERE id = found."targetId" OFFSET 0) AS target
  UNION ALL
  SELECT wanted.index, 'position', NULL, ${facts}
  FROM unnest((SELECT $5::int[]), (SELECT $6::bigint[]), (SELECT $7::bigint[]), (SELECT $8::float8[]), (SELECT $9::float8[]), (SELECT $10::float8[]))
    AS wanted(index, low, high, ra, dec, radius)
  CROSS JOIN LATERAL (SELECT * FROM "Target" WHERE "skyPixel" BETWEEN wanted.low AND wanted.high OFFSET 0) AS target
  WHERE ${separationSql({ ra: 'target.ra', dec: 'target.dec' }, place)} <= wanted.radius`

/** Finds everything that wanted targets have in common with stored ones, in one statement. */
export async function findCommon(db: Queryable, likenesses: readonly Likeness[]): Promise<Finding[]> {
  const alerts = [...likenesses.entries()].flatMap(([index, { alertId }]) => (alertId === null ? [] : [{ index, alertId }]))
  const names = [...likenesses.entries()].flatMap(([index, { nameKeys }]) => nameKeys.map(nameKey => ({ index, nameKey })))
  const ranges = [...likenesses.entries()].flatMap(([index, { cone }]) =>
    cone ? pixelRanges(cone).map(range => ({ index, ...range, ...cone })) : []
  )
  const { rows } = await db.query<Finding>(findingsSql, [
    alerts.map(({ index }) => index),
    alerts.map(({ alertId }) => alertId),
    names.map(({ index }) => index),
    names.map(({ nameKey }) => nameKey),
    ranges.map(({ index }) => index),
    ranges.map(({ low }) => low.toString()),
    ranges.map(({ high }) => high.toString()),
    ranges.map(({ ra }) => ra),
    ranges.map(({ dec }) => dec),
    ranges.map(({ radius }) => radius)
  ])
  return rows
}
