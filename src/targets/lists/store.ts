import { v7 as uuidv7 } from 'uuid'
import type { Queryable, Transaction } from '../../database.ts'
import type { Versions } from '../../http/etags.ts'
import type { MembershipChange, MembershipResult } from './schemas.ts'

/** A target list as it is stored, and how many targets it has. */
export interface StoredList {
  readonly id: string
  readonly name: string
  readonly description: string
  readonly version: number
  readonly size: number
  readonly createdBy: string
  readonly createdAt: Date
  readonly modifiedAt: Date
}

const columns = `list.*, (SELECT count(*)::int FROM "TargetListMember" WHERE "listId" = list.id) AS size`

/** Finds a target list by its id. */
export async function findList(db: Transaction, id: string): Promise<StoredList | undefined> {
  const [list] = await db.$queryRawUnsafe<StoredList[]>(`SELECT ${columns} FROM "TargetList" AS list WHERE id = $1::uuid`, id)
  return list
}

/** Finds a target list by its name. */
export function findListByName(db: Transaction, name: string): Promise<{ readonly id: string } | null> {
  return db.targetList.findUnique({ where: { name }, select: { id: true } })
}

/** Which of these ids are those of target lists. */
export async function findLists(db: Queryable, ids: readonly string[]): Promise<Set<string>> {
  if (ids.length === 0) return new Set()
  const { rows } = await db.query<{ id: string }>('SELECT id FROM "TargetList" WHERE id = ANY($1::uuid[])', [[...new Set(ids)]])
  return new Set(rows.map(({ id }) => id))
}

interface Listing {
  /** Part of the name, in any case. */
  readonly name: string | undefined
  /** A target that they have. */
  readonly targetId: string | undefined
  /** Id of the last list of the page before. */
  readonly after: string | null
  readonly limit: number
}

/** Lists target lists, oldest first. */
export function listLists(db: Transaction, { name, targetId, after, limit }: Listing): Promise<StoredList[]> {
  return db.$queryRawUnsafe<StoredList[]>(
    `SELECT ${columns} FROM "TargetList" AS list
     WHERE ($1::text IS NULL OR strpos(lower(list.name), lower($1)) > 0) AND ($2::uuid IS NULL OR list.id > $2::uuid)
       AND ($3::uuid IS NULL OR list.id IN (SELECT "listId" FROM "TargetListMember" WHERE "targetId" = $3::uuid))
     ORDER BY list.id LIMIT $4`,
    name ?? null,
    after,
    targetId ?? null,
    limit
  )
}

/** Stores a new target list and answers its id. */
export async function insertList(
  tx: Transaction,
  list: { readonly name: string; readonly description?: string; readonly createdBy: string }
): Promise<string> {
  const id = uuidv7()
  await tx.targetList.create({ data: { id, ...list }, select: { id: true } })
  return id
}

/** Finds the lists of these names, and makes those that there are not; answers ids by name. */
export async function ensureLists(db: Queryable, names: readonly string[], createdBy: string): Promise<Map<string, string>> {
  const sorted = [...new Set(names)].sort()
  if (sorted.length === 0) return new Map()
  const ids = sorted.map(() => uuidv7())
  await db.query(
    `INSERT INTO "TargetList" (id, name, "createdBy") SELECT id, name, $3 FROM unnest($1::uuid[], $2::text[]) AS list(id, name)
     ON CONFLICT DO NOTHING`,
    [ids, sorted, createdBy]
  )
  const { rows } = await db.query<{ id: string; name: string }>('SELECT id, name FROM "TargetList" WHERE name = ANY($1::text[])', [sorted])
  return new Map(rows.map(({ id, name }) => [name, id]))
}

interface Versioned {
  readonly id: string
  /** In one of which it must be. */
  readonly versions: Versions
}

/** Stores an edit of a target list; tells whether it was there, in one of these versions. */
export async function updateList(
  tx: Transaction,
  { id, versions }: Versioned,
  edit: { readonly name?: string; readonly description?: string }
): Promise<boolean> {
  const data = { ...edit, version: { increment: 1 }, modifiedAt: new Date() }
  const { count } = await tx.targetList.updateMany({ where: { id, ...(versions && { version: { in: [...versions] } }) }, data })
  return count > 0
}

/** Deletes a target list; tells whether it was there, in one of these versions. */
export async function deleteList(db: Transaction, { id, versions }: Versioned): Promise<boolean> {
  const { count } = await db.targetList.deleteMany({ where: { id, ...(versions && { version: { in: [...versions] } }) } })
  return count > 0
}

const changeSql = `
  WITH wanted AS (
    SELECT DISTINCT id FROM unnest($2::uuid[]) AS id WHERE id <> ALL ($3::uuid[])
  ), known AS (
    SELECT wanted.id FROM wanted CROSS JOIN LATERAL (SELECT FROM "Target" WHERE id = wanted.id OFFSET 0) AS target
  ), added AS (
    INSERT INTO "TargetListMember" ("listId", "targetId") SELECT $1::uuid, id FROM known ORDER BY id ON CONFLICT DO NOTHING RETURNING 1
  ), removed AS (
    DELETE FROM "TargetListMember" WHERE "listId" = $1::uuid AND "targetId" = ANY ($3::uuid[]) RETURNING 1
  )
  SELECT (SELECT count(*)::int FROM added) AS added, (SELECT count(*)::int FROM removed) AS removed,
    ARRAY(SELECT id::text FROM wanted WHERE id NOT IN (SELECT id FROM known) ORDER BY id) AS unknown`

/** Gives targets to a list and takes others from it, in one statement. */
export async function changeMembers(
  tx: Transaction,
  listId: string,
  { add = [], remove = [] }: MembershipChange
): Promise<MembershipResult> {
  const [result] = await tx.$queryRawUnsafe<MembershipResult[]>(changeSql, listId, add, remove)
  return result ?? { added: 0, removed: 0, unknown: [] }
}
