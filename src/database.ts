import { setTimeout as sleep } from 'node:timers/promises'
import { PrismaPg } from '@prisma/adapter-pg'
import pg from 'pg'
import { Connection } from './database/connection.ts'
import type { Log } from './database/log.ts'
import { type Notifications, openNotifications } from './database/notifications.ts'
import { type DatabaseOptions, prepareDatabase } from './database/prepare.ts'
import { planned, type Queryable } from './database/queryable.ts'
import { type Prisma, PrismaClient } from './generated/prisma/client.ts'

export { isDatabaseAway } from './database/away.ts'
export { binaryArray, type ElementType } from './database/binary-array.ts'
export type { Notifications } from './database/notifications.ts'
export type { DatabaseOptions } from './database/prepare.ts'
export { planned, prepared, type Queryable, queryableOf } from './database/queryable.ts'

/** Everything that stores: one pool of connections, used by Prisma and by SQL of our own. */
export interface Database {
  readonly prisma: PrismaClient
  /** Answers bigint as strings, as node-postgres does: a number could lose digits. */
  readonly pool: pg.Pool
  readonly url: string
  readonly notifications: Notifications
  close(): Promise<void>
}

/** What runs inside one transaction of Prisma. */
export type Transaction = Prisma.TransactionClient

const statementTimeout = 60_000 // [ms]
// A process that is suspended or cut off in mid-transaction must not keep its locks: others take up its runs.
const idleInTransactionTimeout = 15_000 // [ms]
const longestDrain = 3_000 // [ms]
const connectTimeout = 30_000 // includes the wait for a free connection of the pool [ms]

/** Opens the database and brings it to this release's schema before it answers; poolSize counts connections, 10 by default. */
export async function openDatabase(options: DatabaseOptions & { readonly poolSize?: number }): Promise<Database> {
  const { url, release } = await prepareDatabase(options)
  try {
    const notifications = await openNotifications({ url, log: options.log })
    const pool = openPool({ url, size: options.poolSize ?? 10, log: options.log })
    const prisma = new PrismaClient({ adapter: new PrismaPg(pool) })
    const close = async () => {
      await notifications.close()
      await prisma.$disconnect()
      await drain(pool)
      await release()
    }
    return { prisma, pool, url, notifications, close }
  } catch (error) {
    await release()
    throw error
  }
}

function openPool({ url, size, log }: { url: string; size: number; log: Log }): pg.Pool {
  const pool = new pg.Pool({
    Client: Connection,
    connectionString: url,
    application_name: 'tom-alerts-service',
    max: size,
    keepAlive: true,
    pipeline: true,
    connectionTimeoutMillis: connectTimeout,
    onConnect: async client => {
      // Compiling statements pays for reports, not for look-ups: it made matching a batch 28 times slower.
      await client.query(
        `SET TIME ZONE 'UTC'; SET statement_timeout = ${statementTimeout}; SET jit = off;
         SET idle_in_transaction_session_timeout = ${idleInTransactionTimeout}`
      )
    }
  })
  // Without these listeners the loss of a connection would end the process: the pool minds its idle connections only.
  pool.on('connect', client => client.on('error', error => log.warn({ error: error.message }, 'a connection to the database broke')))
  pool.on('error', () => {})
  return pool
}

/** Waits for connections in use, but not for ever: one that is never given back must not keep the process. */
async function drain(pool: pg.Pool): Promise<void> {
  const drained = new AbortController()
  const patience = sleep(longestDrain, undefined, { signal: drained.signal }).catch(() => {})
  await Promise.race([pool.end(), patience]).finally(() => drained.abort())
}

/**
 * Runs the work in one transaction of SQL: committed when it answers, rolled back when it throws. Statements that it sends
 * without waiting for one another travel together, and BEGIN with the first of them; so does COMMIT with the last of them,
 * when the work calls `commit` behind them. Once one has failed, PostgreSQL makes a rollback of it.
 */
export async function inTransaction<T>(
  pool: pg.Pool,
  work: (client: pg.PoolClient, commit: () => Promise<void>) => Promise<T>
): Promise<T> {
  const client = await pool.connect()
  let committed: Promise<void> | undefined
  const commit = async () => {
    const { command } = await client.query('COMMIT')
    if (command !== 'COMMIT') throw new Error('the transaction was rolled back, because a statement in it had failed')
  }
  try {
    const begun = client.query('BEGIN')
    const [result] = await Promise.all([work(client, () => (committed ??= commit())), begun])
    await (committed ?? commit())
    client.release()
    return result
  } catch (error) {
    const broken = await client.query('ROLLBACK').catch(cause => (cause instanceof Error ? cause : true))
    client.release(broken instanceof Error || broken === true)
    throw error
  }
}

/** Does the same for work whose statements are kept prepared. */
export function inPlannedTransaction<T>(pool: pg.Pool, work: (db: Queryable) => Promise<T>): Promise<T> {
  return inTransaction(pool, client => work(planned(client)))
}

/** Runs the work in one transaction of Prisma; long enough for a batch. */
export async function inPrismaTransaction<T>(
  { prisma }: Pick<Database, 'prisma'>,
  work: (transaction: Transaction) => Promise<T>
): Promise<T> {
  return prisma.$transaction(work, { maxWait: 15_000, timeout: 60_000 })
}
