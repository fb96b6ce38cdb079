import type { Queryable, Transaction } from '../database.ts'
import { type ExtraValue, type NumberField, numberFields, type Permissions, type Scheme, type TargetType } from './fields.ts'

/** A target as it is stored, with its names and extras. */
export interface StoredTarget extends Readonly<Record<NumberField, number | null>> {
  readonly id: string
  /** A bigint, as whatever the transaction makes of it. */
  readonly number: bigint | string
  readonly name: string
  readonly type: TargetType
  readonly permissions: Permissions
  readonly scheme: Scheme | null
  readonly version: number
  readonly createdBy: string
  readonly createdAt: Date
  readonly modifiedAt: Date
  /** Oldest first. */
  readonly names: readonly { readonly name: string; readonly nameKey: string; readonly primary: boolean }[]
  readonly extras: Readonly<Record<string, ExtraValue>>
}

const plainColumns = ['id', 'number', 'name', 'type', 'permissions', 'scheme', 'version', 'createdBy', 'createdAt', 'modifiedAt']
/** What the row of a target tells of it; its names and extras have rows of their own. */
export const ownColumns: readonly string[] = [...plainColumns, ...Object.keys(numberFields)]
/** SQL for all of a target, whose row is called `target`. */
export const targetColumns = `${ownColumns.map(column => `target."${column}"`).join(', ')},
  (SELECT jsonb_agg(jsonb_build_object('name', name, 'nameKey', "nameKey", 'primary', "primary") ORDER BY id)
   FROM "TargetName" WHERE "targetId" = target.id) AS names,
  (SELECT coalesce(jsonb_object_agg(key, value), '{}') FROM "TargetExtra" WHERE "targetId" = target.id) AS extras`

const targetSql = `SELECT ${targetColumns} FROM "Target" AS target WHERE target.id = $1::uuid`

/** Finds a target by its id. */
export async function findTarget(db: Transaction, id: string): Promise<StoredTarget | undefined> {
  const [target] = await db.$queryRawUnsafe<StoredTarget[]>(targetSql, id)
  return target
}

/** Finds a target by its id, in whatever transaction. */
export async function readTarget(db: Queryable, id: string): Promise<StoredTarget | undefined> {
  const { rows } = await db.query<StoredTarget>(targetSql, [id])
  return rows[0]
}

/** Finds a target by its id, and keeps others from changing it until the transaction ends. */
export async function holdTarget(tx: Transaction, id: string): Promise<StoredTarget | undefined> {
  // Two statements: the second must see the names that whoever held it before us has added.
  await tx.$queryRaw`SELECT id FROM "Target" WHERE id = ${id}::uuid FOR UPDATE`
  return findTarget(tx, id)
}
