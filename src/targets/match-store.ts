import { createHash } from 'node:crypto'
import type { Transaction } from '../database.ts'
import type { ConeSearch } from '../domain/cone.ts'
import { touchedCells } from '../domain/sky.ts'
import { type Bind, idsSql } from '../domain/sky-sql.ts'
import type { TargetType } from './fields.ts'

/** What a target can have in common with another. */
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
 * Makes whoever wants a target of one of these names, or within the cone, wait until this transaction ends. In
 * ascending order, so that no two wait for each other.
 */
export async function lockLikeness(tx: Transaction, { nameKeys, cone }: Likeness): Promise<void> {
  const cells = cone ? touchedCells(cone, cellOrder).map(cell => `cell ${cell}`) : []
  const slots = new Set([...nameKeys.map(key => `name ${key}`), ...cells].map(slotOf))
  const ordered = [...slots].sort((a, b) => a - b)
  await tx.$executeRaw`SELECT pg_advisory_xact_lock(${lockClass}::int, slot) FROM unnest(${ordered}::int[]) AS slot`
}

function slotOf(text: string): number {
  return createHash('sha256').update(text).digest().readUInt32BE() % lockCount
}

/** A target that has something in common. */
export interface Candidate {
  readonly id: string
  readonly name: string
  readonly type: TargetType
  readonly ra: number | null
  readonly dec: number | null
  /** It came from the alert. */
  readonly byAlert: boolean
  /** It has one of the names. */
  readonly byName: boolean
  /** It lies within the cone. */
  readonly byPosition: boolean
}

/** Finds all targets that have something in common. */
export async function findCandidates(tx: Transaction, { alertId, nameKeys, cone }: Likeness): Promise<Candidate[]> {
  const values: unknown[] = []
  const bind: Bind = value => `$${values.push(value)}`
  const found = [
    `SELECT "targetId" AS id, 'alert' AS rule FROM "TargetAlert" WHERE "alertId" = ${bind(alertId)}::uuid`,
    `SELECT "targetId", 'name' FROM "TargetName" WHERE "nameKey" = ANY(${bind(nameKeys)}::text[])`,
    ...(cone ? [`SELECT id, 'position' FROM (${idsSql({ table: '"Target"', conditions: [], bind, cone })}) AS near`] : [])
  ]
  return tx.$queryRawUnsafe<Candidate[]>(
    `SELECT target.id, target.name, target.type, target.ra, target.dec,
       bool_or(rule = 'alert') AS "byAlert", bool_or(rule = 'name') AS "byName", bool_or(rule = 'position') AS "byPosition"
     FROM (${found.join(' UNION ALL ')}) AS found JOIN "Target" AS target ON target.id = found.id
     GROUP BY target.id ORDER BY target.id`,
    ...values
  )
}
