import type { Transaction } from '../database.ts'
import type { BrokerQuery } from '../generated/prisma/client.ts'
import type { JsonObject } from '../http/merge-patch.ts'

/** A saved query as it is stored. */
export type StoredQuery = BrokerQuery

interface NewQuery {
  readonly id: string
  readonly name: string
  readonly brokerId: string
  readonly parameters: JsonObject
  readonly createdBy: string
}

/** Stores a new query. */
export function insertQuery(db: Transaction, query: NewQuery): Promise<StoredQuery> {
  return db.brokerQuery.create({ data: query })
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

type Edit = Partial<Pick<NewQuery, 'name' | 'brokerId' | 'parameters'>>

/** Stores an edit of the version that was read; null when there is a newer one, or none. */
export async function updateQuery(
  db: Transaction,
  { id, version }: { id: string; version: number },
  edit: Edit
): Promise<StoredQuery | null> {
  const data = { ...edit, version: { increment: 1 }, modifiedAt: new Date() }
  const [updated] = await db.brokerQuery.updateManyAndReturn({ where: { id, version }, data })
  return updated ?? null
}

/** Deletes a query, of one version or of any (null); tells whether it was there. */
export async function deleteQuery(db: Transaction, { id, version }: { id: string; version: number | null }): Promise<boolean> {
  const { count } = await db.brokerQuery.deleteMany({ where: { id, ...(version !== null && { version }) } })
  return count > 0
}

/** Remembers that a query was asked to run in this transaction; that is no edit. */
export async function markQueryRun(tx: Transaction, id: string): Promise<void> {
  await tx.$executeRaw`UPDATE "BrokerQuery" SET "lastRunAt" = now() WHERE id = ${id}::uuid`
}
