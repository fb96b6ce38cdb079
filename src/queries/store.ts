import type { Queryable, Transaction } from '../database.ts'
import { type BrokerQuery, Prisma } from '../generated/prisma/client.ts'
import type { Versions } from '../http/etags.ts'
import type { JsonObject } from '../http/merge-patch.ts'
import type { ScheduleEdit } from './schedule-store.ts'
import type { OnAlert } from './schemas.ts'

/** A saved query as it is stored. */
export type StoredQuery = BrokerQuery

interface NewQuery extends Partial<ScheduleEdit> {
  readonly id: string
  readonly name: string
  readonly brokerId: string
  readonly parameters: JsonObject
  readonly onAlert?: OnAlert | null
  readonly createdBy: string
}

/** Stores a new query. */
export function insertQuery(db: Transaction, query: NewQuery): Promise<StoredQuery> {
  return db.brokerQuery.create({ data: dataOf(query) })
}

/** Finds a query by its id. */
export function findQuery(db: Transaction, id: string): Promise<StoredQuery | null> {
  return db.brokerQuery.findUnique({ where: { id } })
}

interface QueryListing {
  readonly brokerId: string | undefined
  /** Part of the name, in any case. */
  readonly name: string | undefined
  /** Id of the last query of the page before. */
  readonly after: string | undefined
  readonly limit: number
}

/** Lists queries, oldest first. */
export function listQueries(db: Transaction, { brokerId, name, after, limit }: QueryListing): Promise<StoredQuery[]> {
  return db.brokerQuery.findMany({
    where: {
      ...(brokerId !== undefined && { brokerId }),
      ...(name !== undefined && { name: { contains: name.replace(/[\\%_]/g, '\\$&'), mode: 'insensitive' } }),
      ...(after !== undefined && { id: { gt: after } })
    },
    orderBy: { id: 'asc' },
    take: limit
  })
}

type Edit = Partial<Omit<NewQuery, 'id' | 'createdBy'>> & { readonly newestAlertAt?: null }

/** Puts a query, or an edit of one, as the generated client wants it. */
function dataOf<E extends Edit>({ schedule, onAlert, nextRunsAt, ...rest }: E) {
  return {
    ...rest,
    ...(schedule !== undefined && { schedule: schedule ?? Prisma.DbNull }),
    ...(onAlert !== undefined && { onAlert: onAlert ?? Prisma.DbNull }),
    ...(nextRunsAt && { nextRunsAt: [...nextRunsAt] })
  }
}

/** Stores an edit of the version that was read; null when there is a newer one, or none, or when its schedule has moved on. */
export async function updateQuery(
  db: Transaction,
  { id, version, nextRunsAt }: Pick<StoredQuery, 'id' | 'version' | 'nextRunsAt'>,
  edit: Edit
): Promise<StoredQuery | null> {
  const data = { ...dataOf(edit), version: { increment: 1 }, modifiedAt: new Date() }
  const [updated] = await db.brokerQuery.updateManyAndReturn({ where: { id, version, nextRunsAt: { equals: nextRunsAt } }, data })
  return updated ?? null
}

/** Deletes a query, in one of these versions, and what its alerts set off is forgotten; tells whether it was there. */
export async function deleteQuery(db: Transaction, { id, versions }: { id: string; versions: Versions }): Promise<boolean> {
  const [deleted] = await db.$queryRaw<[{ count: number }]>`
    WITH deleted AS (
      DELETE FROM "BrokerQuery" WHERE id = ${id}::uuid AND (${versions}::int[] IS NULL OR version = ANY(${versions}::int[])) RETURNING id
    ), forgotten AS (
      DELETE FROM "QueryTarget" USING deleted WHERE "queryId" = deleted.id
    )
    SELECT count(*)::int AS count FROM deleted`
  return deleted.count > 0
}

/** What a run of a query is made of. */
export type QueryToRun = Pick<StoredQuery, 'name' | 'brokerId' | 'parameters' | 'newestAlertAt'>

/** Finds what a run of a query is made of, without the cost of the generated client; null when there is no such query. */
export async function findQueryToRun(db: Queryable, id: string): Promise<QueryToRun | null> {
  const { rows } = await db.query<QueryToRun>(
    'SELECT name, "brokerId", parameters, "newestAlertAt" FROM "BrokerQuery" WHERE id = $1::uuid',
    [id]
  )
  return rows[0] ?? null
}
