import type { Transaction } from '../database.ts'
import type { ConeSearch } from '../domain/cone.ts'
import { nameKey } from '../domain/name.ts'
import { type Bind, idsSql } from '../domain/sky-sql.ts'
import { type ExtraValue, type NumberField, numberFields, type Permissions, type Scheme, type TargetType } from './fields.ts'

/** A target as it is stored, with its names and extras. */
export interface StoredTarget extends Readonly<Record<NumberField, number | null>> {
  readonly id: string
  readonly number: bigint
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

const ownColumns = ['id', 'number', 'name', 'type', 'permissions', 'scheme', 'version', 'createdBy', 'createdAt', 'modifiedAt']
/** SQL for all of a target, whose row is called `target`. */
const targetColumns = `${[...ownColumns, ...Object.keys(numberFields)].map(column => `target."${column}"`).join(', ')},
  (SELECT jsonb_agg(jsonb_build_object('name', name, 'nameKey', "nameKey", 'primary', "primary") ORDER BY id)
   FROM "TargetName" WHERE "targetId" = target.id) AS names,
  (SELECT coalesce(jsonb_object_agg(key, value), '{}') FROM "TargetExtra" WHERE "targetId" = target.id) AS extras`

/** Finds a target by its id. */
export async function findTarget(db: Transaction, id: string): Promise<StoredTarget | undefined> {
  const [target] = await db.$queryRawUnsafe<StoredTarget[]>(
    `SELECT ${targetColumns} FROM "Target" AS target WHERE target.id = $1::uuid`,
    id
  )
  return target
}

/** Finds a target by its id, and keeps others from changing it until the transaction ends. */
export async function holdTarget(tx: Transaction, id: string): Promise<StoredTarget | undefined> {
  // Two statements: the second must see the names that whoever held it before us has added.
  await tx.$queryRaw`SELECT id FROM "Target" WHERE id = ${id}::uuid FOR UPDATE`
  return findTarget(tx, id)
}

/** Which targets to list. */
export interface TargetSelection {
  /** In any spelling. */
  readonly name: string | undefined
  readonly type: TargetType | undefined
  readonly cone: ConeSearch | null
  /** Only targets that are older than this one, by id. */
  readonly before: string | null
}

/** Lists targets, newest first. */
export async function listTargets(db: Transaction, selection: TargetSelection, limit: number): Promise<StoredTarget[]> {
  const values: unknown[] = []
  const bind: Bind = value => `$${values.push(value)}`
  const ids = idsSql({ table: '"Target"', cone: selection.cone, conditions: conditionsOf(selection, bind), bind })
  return db.$queryRawUnsafe<StoredTarget[]>(
    `SELECT ${targetColumns}
     FROM (SELECT id FROM (${ids}) AS matching ORDER BY id DESC LIMIT ${bind(limit)}) AS page
     JOIN "Target" AS target ON target.id = page.id
     ORDER BY target.id DESC`,
    ...values
  )
}

function conditionsOf({ name, type, before }: TargetSelection, bind: Bind): string[] {
  return [
    ...(name === undefined ? [] : [`item.id = (SELECT "targetId" FROM "TargetName" WHERE "nameKey" = ${bind(nameKey(name))})`]),
    ...(type === undefined ? [] : [`item.type = ${bind(type)}`]),
    ...(before === null ? [] : [`item.id < ${bind(before)}::uuid`])
  ]
}
