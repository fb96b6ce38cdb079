import assert from 'node:assert/strict'
import { once } from 'node:events'
import { after, before, describe, it } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Database, inPrismaTransaction, inTransaction, openDatabase } from '../src/database.ts'
import { createTestDatabase, silent, type TestDatabase } from './helpers/database.ts'

describe('the database', () => {
  let home: TestDatabase
  let database: Database
  const warnings: string[] = []
  before(async () => {
    home = await createTestDatabase()
    database = await openDatabase({ url: home.url, log: { ...silent, warn: (_, message) => void warnings.push(message) } })
    await database.pool.query('CREATE TABLE note (text text NOT NULL)')
  })
  after(async () => {
    await database.close()
    await home.drop()
  })

  const notes = async () =>
    (await database.pool.query<{ text: string }>('SELECT text FROM note ORDER BY text')).rows.map(({ text }) => text)
  const notify = (channel: string, payload: string) => database.pool.query('SELECT pg_notify($1, $2)', [channel, payload])
  const endConnections = (name: string) =>
    database.pool.query(
      'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND application_name = $1 AND pid <> pg_backend_pid()',
      [name]
    )

  it('serves Prisma and SQL of our own from one pool, in UTC', async () => {
    assert.equal(await database.prisma.run.count(), 0)
    const { rows } = await database.pool.query(
      `SELECT current_setting('TimeZone') AS zone, current_setting('statement_timeout') AS timeout`
    )
    assert.deepEqual(rows, [{ zone: 'UTC', timeout: '1min' }])
  })

  it('answers a connection of the pool in every form of a query', async () => {
    const client = await database.pool.connect()
    try {
      const text = 'SELECT $1::text AS text'
      const called = await new Promise(resolve => client.query(text, ['back'], (_error, result) => resolve(result.rows)))
      const promised = [
        await client.query("SELECT 'text' AS text"),
        await client.query(text, ['values']),
        await client.query({ text, values: ['config'] }),
        await client.query({ text }, ['both']),
        await client.query({ name: 'named', text, values: ['named'] })
      ]
      assert.deepEqual(
        [called, ...promised.map(({ rows }) => rows)].flat(),
        ['back', 'text', 'values', 'config', 'both', 'named'].map(word => ({ text: word }))
      )
      await assert.rejects(
        client.query('SELECT 1 / $1::int', [0]),
        error => error instanceof Error && /division by zero/.test(error.message) && /database\.test/.test(error.stack ?? '')
      )
    } finally {
      client.release()
    }
  })

  it('commits a transaction whose work answers', async () => {
    const answer = await inTransaction(
      database.pool,
      async client => (await client.query(`INSERT INTO note VALUES ('kept') RETURNING text`)).rows
    )
    assert.deepEqual(answer, [{ text: 'kept' }])
    assert.deepEqual(await notes(), ['kept'])
  })

  it('rolls a transaction back when its work throws', async () => {
    const work = inTransaction(database.pool, async client => {
      await client.query(`INSERT INTO note VALUES ('lost')`)
      throw new Error('no')
    })
    await assert.rejects(work, { message: 'no' })
    assert.deepEqual(await notes(), ['kept'])
  })

  it('does not call a transaction done in which a statement failed', async () => {
    const work = inTransaction(database.pool, async client => {
      await client.query(`INSERT INTO note VALUES ('lost')`)
      await client.query('SELECT 1 / 0').catch(() => {})
    })
    await assert.rejects(work, { message: /rolled back/ })
    assert.deepEqual(await notes(), ['kept'])
  })

  it('commits with the last statements of a transaction, or rolls back when one of them fails', async () => {
    const insert = (text: string, value: string) =>
      inTransaction(database.pool, async (client, commit) => {
        const sent = [client.query('INSERT INTO note VALUES ($1)', [text]), client.query('SELECT 1 / $1::int', [value]), commit()]
        await Promise.all(sent)
      })
    await assert.rejects(insert('lost', '0'), { code: '22012' })
    assert.deepEqual(await notes(), ['kept'])
    await insert('kept, too', '1')
    assert.deepEqual(await notes(), ['kept', 'kept, too'])
    await database.pool.query(`DELETE FROM note WHERE text = 'kept, too'`)
  })

  it('goes on with another connection after one broke in a transaction', async () => {
    const work = inTransaction(database.pool, client => client.query('SELECT pg_terminate_backend(pg_backend_pid())'))
    await assert.rejects(work, { code: '57P01' })
    assert.deepEqual(await notes(), ['kept'])
  })

  it('rolls a transaction of Prisma back when its work throws', async () => {
    const work = inPrismaTransaction(database, async transaction => {
      await transaction.outbox.create({ data: { id: crypto.randomUUID(), topic: 'test', payload: {} } })
      throw new Error('no')
    })
    await assert.rejects(work, { message: 'no' })
    assert.equal(await database.prisma.outbox.count(), 0)
  })

  it('survives the loss of connections, idle or in use', async () => {
    const used = await database.pool.connect()
    await Promise.all([1, 2, 3].map(() => database.pool.query('SELECT pg_sleep(0.05)')))
    const broken = new Promise(resolve => used.once('end', resolve))
    await endConnections('tom-alerts-service')
    await broken
    used.release(true)
    while (database.pool.idleCount > 1) await sleep(5) // until the pool has noticed, too
    assert.deepEqual(await notes(), ['kept'])
    assert.ok(warnings.some(message => message.includes('broke')))
  })

  it('hears notifications until it stops listening', async () => {
    const heard: string[] = []
    const stop = database.notifications.on('error', payload => heard.push(payload))
    while (heard.length === 0) await notify('error', 'one')
    stop()
    heard.length = 0
    const { promise: later, resolve: hear } = Promise.withResolvers<void>()
    database.notifications.on('error', payload => payload === 'two' && hear())
    await notify('error', 'two')
    await later
    assert.deepEqual(heard, [])
  })

  it('listens again after its connection was lost, and tells that it may have missed something', async () => {
    const { promise: heard, resolve: hear } = Promise.withResolvers<string>()
    const { promise: reconnected, resolve: tell } = Promise.withResolvers<void>()
    database.notifications.on('runs', hear)
    database.notifications.onReconnect(tell)
    await endConnections('tom-alerts-service notifications')
    await reconnected
    assert.equal(database.notifications.connected, true)
    await notify('runs', 'again')
    assert.equal(await heard, 'again')
  })

  it('closes although a connection was never given back', async () => {
    const other = await openDatabase({ url: home.url, log: silent })
    const client = await other.pool.connect()
    const ended = once(client, 'end')
    await other.close()
    client.release(true)
    await ended
  })

  it('says where it cannot connect, without the password', async () => {
    const opening = openDatabase({ url: 'postgresql://user:tell-nobody@127.0.0.1:1/alerts', log: silent })
    await assert.rejects(opening, { message: 'Cannot connect to PostgreSQL at 127.0.0.1:1/alerts: connect ECONNREFUSED 127.0.0.1:1' })
  })
})
