import type { Pool, PoolClient } from 'pg'
import type { Bind } from '../../domain/sky-sql.ts'
import { type ExtraValue, type NumberField, numberFields, type Permissions, type Scheme, type TargetType } from '../fields.ts'
import { selectionSql, type TargetSelection } from '../select-store.ts'

/** A target on its way out. */
export interface ExportedTarget extends Readonly<Record<NumberField, number | null>> {
  readonly name: string
  readonly type: TargetType
  readonly permissions: Permissions
  readonly scheme: Scheme | null
  readonly createdAt: Date
  readonly modifiedAt: Date
  /** Oldest first. */
  readonly aliases: readonly string[]
  readonly extras: Readonly<Record<string, ExtraValue>>
  /** Names of the lists that it is on, in their order. */
  readonly lists: readonly string[]
}

/** What all targets of a selection have together. */
export interface Extent {
  /** Keys of their extras, in their order. */
  readonly extraKeys: readonly string[]
  readonly mostAliases: number
  readonly hasLists: boolean
}

/** A selection of targets at one moment, whatever changes meanwhile. */
export interface Snapshot {
  extent(): Promise<Extent>
  /** All targets, those first that were made first, some at a time. */
  batches(): AsyncGenerator<ExportedTarget[]>
}

const atOnce = 1000
const fields = ['name', 'type', 'permissions', 'scheme', 'createdAt', 'modifiedAt', ...Object.keys(numberFields)]
const columns = `${fields.map(field => `target."${field}"`).join(', ')},
  ARRAY(SELECT name FROM "TargetName" WHERE "targetId" = target.id AND NOT "primary" ORDER BY id) AS aliases,
  (SELECT coalesce(jsonb_object_agg(key, value), '{}') FROM "TargetExtra" WHERE "targetId" = target.id) AS extras,
  ARRAY(SELECT list.name FROM "TargetListMember" AS member JOIN "TargetList" AS list ON list.id = member."listId"
        WHERE member."targetId" = target.id ORDER BY list.name COLLATE "C") AS lists`

/** Reads a selection in one snapshot of the database, in flat memory. The connection is given back when the last batch is taken, or the reader leaves. */
export async function* inSnapshot<T>(
  pool: Pool,
  selection: TargetSelection,
  read: (snapshot: Snapshot) => AsyncGenerator<T>
): AsyncGenerator<T> {
  const client = await pool.connect()
  try {
    await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY')
    // The client takes what it wants when it wants; one that has stopped altogether must not keep the snapshot.
    await client.query(`SET LOCAL idle_in_transaction_session_timeout = '120s'; SET LOCAL statement_timeout = '10min'`)
    yield* read(snapshotOf(client, selection))
  } finally {
    const isLost = await client.query('ROLLBACK').then(
      () => false,
      () => true
    )
    client.release(isLost)
  }
}

function snapshotOf(client: PoolClient, selection: TargetSelection): Snapshot {
  const values: unknown[] = []
  const bind: Bind = value => `$${values.push(value)}`
  const items = selectionSql(selection, bind)
  return {
    extent: async () => {
      const { rows } = await client.query<Extent>(
        `WITH item AS MATERIALIZED (SELECT id FROM (${items}) AS item)
         SELECT ARRAY(SELECT key FROM (SELECT DISTINCT key FROM "TargetExtra" WHERE "targetId" IN (SELECT id FROM item)) AS extra
                      ORDER BY key COLLATE "C") AS "extraKeys",
           (SELECT coalesce(max(count), 0)::int FROM (SELECT count(*) FROM "TargetName" WHERE NOT "primary" AND "targetId" IN (SELECT id FROM item)
                                           GROUP BY "targetId") AS names) AS "mostAliases",
           EXISTS (SELECT FROM "TargetListMember" WHERE "targetId" IN (SELECT id FROM item)) AS "hasLists"`,
        values
      )
      return rows[0] ?? { extraKeys: [], mostAliases: 0, hasLists: false }
    },
    async *batches() {
      await client.query(
        `DECLARE target NO SCROLL CURSOR FOR
         SELECT ${columns} FROM (${items}) AS item JOIN "Target" AS target ON target.id = item.id ORDER BY item."createdAt", item.id`,
        values
      )
      for (;;) {
        const { rows } = await client.query<ExportedTarget>(`FETCH ${atOnce} FROM target`)
        if (rows.length > 0) yield rows
        if (rows.length < atOnce) return
      }
    }
  }
}
