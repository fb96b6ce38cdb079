import type { Transaction } from '../database.ts'
import type { NumberField } from './fields.ts'
import { type StoredTarget, targetColumns } from './store.ts'

/** Finds targets by their ids, and keeps others from changing them until the transaction ends. */
export async function holdTargets(tx: Transaction, ids: readonly string[]): Promise<Map<string, StoredTarget>> {
  // Two statements: the second must see the names that whoever held them before us has added.
  await tx.$queryRawUnsafe('SELECT id FROM "Target" WHERE id = ANY($1::uuid[]) ORDER BY id FOR UPDATE', ids)
  const rows = await tx.$queryRawUnsafe<StoredTarget[]>(
    `SELECT ${targetColumns} FROM "Target" AS target WHERE target.id = ANY($1::uuid[])`,
    ids
  )
  return new Map(rows.map(row => [row.id, row]))
}

/** What moves to the other target, by the table; what it has already goes with the old one. */
export const moves = {
  TargetName: 'UPDATE "TargetName" SET "targetId" = $1::uuid, "primary" = false WHERE "targetId" = $2::uuid',
  TargetAlert: 'UPDATE "TargetAlert" SET "targetId" = $1::uuid WHERE "targetId" = $2::uuid',
  TargetExtra: `UPDATE "TargetExtra" SET "targetId" = $1::uuid WHERE "targetId" = $2::uuid
    AND key NOT IN (SELECT key FROM "TargetExtra" WHERE "targetId" = $1::uuid)`,
  TargetListMember: `UPDATE "TargetListMember" SET "targetId" = $1::uuid WHERE "targetId" = $2::uuid
    AND "listId" NOT IN (SELECT "listId" FROM "TargetListMember" WHERE "targetId" = $1::uuid)`,
  QueryTarget: 'UPDATE "QueryTarget" SET "targetId" = $1::uuid WHERE "targetId" = $2::uuid'
}

interface Absorption {
  readonly into: string
  readonly from: string
  /** What the one that stays learns from the other. */
  readonly fields: Partial<Record<NumberField, number>>
}

/** Moves everything of one target to another, both of which are held, and deletes the one. */
export async function absorbTarget(tx: Transaction, { into, from, fields }: Absorption): Promise<void> {
  for (const statement of Object.values(moves)) await tx.$executeRawUnsafe(statement, into, from)
  const data = { ...fields, version: { increment: 1 }, modifiedAt: new Date() }
  await tx.target.update({ where: { id: into }, data, select: { id: true } })
  await tx.target.delete({ where: { id: from }, select: { id: true } })
}
