import type { Queryable } from '../database.ts'
import type { Bind } from '../domain/sky-sql.ts'
import type { TargetSort } from './filter-schemas.ts'
import { selectionSql, type TargetSelection } from './select-store.ts'
import { type StoredTarget, targetColumns } from './store.ts'

/** A place in a list: what its order compares, and the id of the target that has it. */
export interface TargetPlace {
  readonly key: string | number
  readonly id: string
}

/** A target in a list. */
export interface StoredListedTarget extends StoredTarget {
  /** From the centre of the cone [arcsec]; null without a cone. */
  readonly separation: number | null
  /** What the order compares. */
  readonly key: string | number | Date
}

interface Order {
  /** SQL for what is compared, and the type of its values. */
  readonly key: string
  readonly type: 'timestamptz' | 'text' | 'float8'
  readonly direction: 'ASC' | 'DESC'
  /** SQL that joins what the key needs. */
  readonly join?: string
}

const primaryName = 'JOIN "TargetName" AS named ON named."targetId" = item.id AND named."primary"'
const orders: Record<TargetSort, Order> = {
  created: { key: 'item."createdAt"', type: 'timestamptz', direction: 'ASC' },
  '-created': { key: 'item."createdAt"', type: 'timestamptz', direction: 'DESC' },
  modified: { key: 'item."modifiedAt"', type: 'timestamptz', direction: 'ASC' },
  '-modified': { key: 'item."modifiedAt"', type: 'timestamptz', direction: 'DESC' },
  name: { key: 'named."nameKey"', type: 'text', direction: 'ASC', join: primaryName },
  '-name': { key: 'named."nameKey"', type: 'text', direction: 'DESC', join: primaryName },
  separation: { key: 'item.separation', type: 'float8', direction: 'ASC' }
}

interface Listing {
  readonly sort: TargetSort
  /** Where the page before ended; null for the first page. */
  readonly after: TargetPlace | null
  readonly limit: number
}

/** Lists targets in an order that new targets do not disturb. */
export async function listTargets(
  db: Queryable,
  selection: TargetSelection,
  { sort, after, limit }: Listing
): Promise<StoredListedTarget[]> {
  const values: unknown[] = []
  const bind: Bind = value => `$${values.push(value)}`
  const { key, type, direction, join = '' } = orders[sort]
  const items = selectionSql(selection, bind)
  const isBehind = direction === 'ASC' ? '>' : '<'
  // Names are unique: comparing them alone lets the index of names give the order.
  const where =
    after === null
      ? ''
      : type === 'text'
        ? `WHERE ${key} ${isBehind} ${bind(after.key)}`
        : `WHERE (${key}, item.id) ${isBehind} (${bind(after.key)}::${type}, ${bind(after.id)}::uuid)`
  const ordered = (row: string, compared: string) => `ORDER BY ${compared} ${direction}${type === 'text' ? '' : `, ${row}.id ${direction}`}`
  const { rows } = await db.query<StoredListedTarget>(
    `SELECT ${targetColumns}, page.separation, page.key
     FROM (SELECT item.id, item.separation, ${key} AS key FROM (${items}) AS item ${join} ${where} ${ordered('item', key)} LIMIT ${bind(limit)}) AS page
     JOIN "Target" AS target ON target.id = page.id ${ordered('page', 'page.key')}`,
    values
  )
  return rows
}
