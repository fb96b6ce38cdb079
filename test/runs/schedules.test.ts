import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { createRegistry } from '../../src/broker-kit/registry.ts'
import { type Database, openDatabase } from '../../src/database.ts'
import { createQuery } from '../../src/queries/create-query.ts'
import { editQuery } from '../../src/queries/edit-query.ts'
import type { QueryDraft } from '../../src/queries/schemas.ts'
import { findQuery } from '../../src/queries/store.ts'
import { startDueRun } from '../../src/runs/start-due-run.ts'
import { listRuns } from '../../src/runs/store.ts'
import { createTestDatabase, silent, type TestDatabase } from '../helpers/database.ts'
import { manyBroker } from '../helpers/many-broker.ts'
import { pickyBroker } from '../helpers/picky-broker.ts'
import { comeDue } from '../helpers/schedules.ts'

const { registry } = createRegistry({ modules: [manyBroker, pickyBroker], enabled: null, variables: {} })
// Its true times are half an hour away, so that none of them comes while a test lets others come.
const minute = (new Date().getUTCMinutes() + 30) % 60
const hourly = { cron: `${minute} * * * *`, timeZone: 'UTC' }

let files: TestDatabase
let database: Database
let other: Database

before(async () => {
  files = await createTestDatabase()
  database = await openDatabase({ url: files.url, log: silent })
  other = await openDatabase({ url: files.url, log: silent })
})
after(async () => {
  await database.close()
  await other.close()
  await files.drop()
})

function save(more: Partial<QueryDraft> = {}) {
  const draft = { name: 'Many', brokerId: 'many-broker', parameters: {}, schedule: hourly, ...more }
  return createQuery({ db: database.prisma, registry, draft, caller: 'alice' })
}

async function stored(id: string) {
  const query = await findQuery(database.prisma, id)
  assert.ok(query)
  return query
}

/** Passes the times of all schedules that are due. */
async function passAll(): Promise<number> {
  for (let count = 0; ; count++) if ((await startDueRun({ database, registry })) === null) return count
}

function runsOf(queryId: string) {
  return listRuns(database.prisma, { queryId, limit: 500 })
}

async function endRuns(queryId: string) {
  await database.prisma.run.updateMany({ where: { queryId }, data: { status: 'succeeded', finishedAt: new Date() } })
}

describe('the time of a schedule', () => {
  test('starts one run of its query, for whoever saved it, and the next time lies ahead', async () => {
    const { id } = await save({ name: 'Once' })
    assert.equal(await passAll(), 0)
    const dueAt = await comeDue(database, id)
    assert.equal(await passAll(), 1)
    const runs = await runsOf(id)
    assert.partialDeepStrictEqual(runs, [{ queryName: 'Once', createdBy: 'alice', status: 'queued', scheduledFor: dueAt, newerThan: null }])
    const { nextRunsAt, version, lastRunAt } = await stored(id)
    assert.deepEqual([nextRunsAt.length, version, lastRunAt !== null], [3, 1, true])
    const [first = new Date(0)] = nextRunsAt
    assert.ok(first.getTime() > Date.now() - 5000 && first.getTime() < Date.now() + 3_660_000)
  })

  test('is passed once, however many look at once', async () => {
    const queries = await Promise.all(Array.from({ length: 40 }, () => save()))
    for (let round = 1; round <= 3; round++) {
      const due = new Map<string, Date>()
      for (const { id } of queries) due.set(id, await comeDue(database, id))
      const looks = Array.from({ length: 120 }, (_, index) => startDueRun({ database: index % 2 === 0 ? database : other, registry }))
      const passed = (await Promise.all(looks)).flatMap(one => one ?? [])
      while (true) {
        const left = await startDueRun({ database, registry })
        if (left === null) break
        passed.push(left)
      }
      assert.deepEqual(passed.map(({ queryId }) => queryId).sort(), [...due.keys()].sort())
      for (const [id, dueAt] of due) {
        const runs = await runsOf(id)
        assert.equal(runs.length, round)
        assert.deepEqual(runs[0]?.scheduledFor, dueAt)
        await endRuns(id)
      }
    }
  })

  test('is skipped while a run of the query is queued or running, which is told, and is not made up for', async () => {
    const { id } = await save()
    await comeDue(database, id)
    await passAll()
    for (const status of ['queued', 'running']) {
      await database.prisma.run.updateMany({ where: { queryId: id }, data: { status } })
      const skippedAt = await comeDue(database, id)
      assert.equal(await passAll(), 1)
      assert.equal((await runsOf(id)).length, 1)
      const query = await stored(id)
      assert.deepEqual([query.skippedAt, query.skippedReason], [skippedAt, 'An earlier run of the query had not ended.'])
    }
    await endRuns(id)
    assert.equal(await passAll(), 0)
    await comeDue(database, id)
    await passAll()
    assert.equal((await runsOf(id)).length, 2)
  })

  test('that came many times while nobody looked is one time', async () => {
    const { id } = await save()
    const dueAt = await comeDue(database, id, { hoursAgo: 48 })
    assert.equal(await passAll(), 1)
    assert.deepEqual(
      (await runsOf(id)).map(({ scheduledFor }) => scheduledFor),
      [dueAt]
    )
    assert.ok((await stored(id)).nextRunsAt.every(time => time.getTime() > Date.now() - 5000))
  })

  test('of a query that cannot be run is skipped, with the reason', async () => {
    const unset = await save({ brokerId: 'picky-broker', parameters: { faintest: 20 } })
    const misfit = await save()
    await database.prisma.brokerQuery.update({ where: { id: misfit.id }, data: { parameters: { colour: 'red' } } })
    for (const { id } of [unset, misfit]) await comeDue(database, id)
    assert.equal(await passAll(), 2)
    assert.match((await stored(unset.id)).skippedReason ?? '', /apiToken|API_TOKEN/)
    assert.match((await stored(misfit.id)).skippedReason ?? '', /do not fit its broker any more/)
    for (const { id } of [unset, misfit]) {
      assert.equal((await runsOf(id)).length, 0)
      assert.equal((await stored(id)).nextRunsAt.length, 3)
    }
  })

  test('of a query that makes its module fail keeps no other query from being started', async () => {
    const trap = { ...manyBroker, id: 'trap-broker', check: () => assert.fail('a fault of the module') }
    const { registry: trapped } = createRegistry({ modules: [manyBroker, trap], enabled: null, variables: {} })
    const bad = await save()
    await database.prisma.brokerQuery.update({ where: { id: bad.id }, data: { brokerId: 'trap-broker' } })
    await comeDue(database, bad.id, { hoursAgo: 2 })
    const good = await save()
    await comeDue(database, good.id)
    const passed = [await startDueRun({ database, registry: trapped }), await startDueRun({ database, registry: trapped })]
    assert.deepEqual(
      passed.map(one => one?.queryId),
      [bad.id, good.id]
    )
    assert.match((await stored(bad.id)).skippedReason ?? '', /a fault of the module/)
    assert.equal((await runsOf(good.id)).length, 1)
  })

  test('waits while no worker has the broker, and comes when one has it', async () => {
    const { id } = await save()
    await database.prisma.brokerQuery.update({ where: { id }, data: { brokerId: 'gone-broker' } })
    const dueAt = await comeDue(database, id)
    assert.equal(await passAll(), 0)
    assert.deepEqual((await stored(id)).nextRunsAt[0], dueAt)
    await database.prisma.brokerQuery.update({ where: { id }, data: { brokerId: 'many-broker' } })
    assert.equal(await passAll(), 1)
    assert.equal((await runsOf(id)).length, 1)
  })

  test('does not come during a pause, nor after it for what fell into it', async () => {
    const { id } = await save()
    const edit = (schedule: { paused: boolean }) => editQuery({ db: database.prisma, registry, id, expected: null, patch: { schedule } })
    await comeDue(database, id)
    assert.deepEqual((await edit({ paused: true })).nextRunsAt, [])
    assert.equal(await passAll(), 0)
    assert.ok((await edit({ paused: false })).nextRunsAt.every(time => time.getTime() > Date.now() - 5000))
    assert.equal(await passAll(), 0)
  })

  test('that is due stays so when the query is edited otherwise', async () => {
    const { id } = await save()
    const dueAt = await comeDue(database, id)
    for (const patch of [{ name: 'Other' }, { schedule: { onlyNew: true } }]) {
      const { nextRunsAt } = await editQuery({ db: database.prisma, registry, id, expected: null, patch })
      assert.deepEqual(nextRunsAt[0], dueAt)
    }
    assert.equal(await passAll(), 1)
  })

  test('is never passed twice by an edit that meets it', async () => {
    const { id } = await save()
    for (let round = 1; round <= 10; round++) {
      await comeDue(database, id)
      const cron = round % 2 === 0 ? `${minute} * * * *` : `${minute} */2 * * *`
      const edit = editQuery({ db: database.prisma, registry, id, expected: null, patch: { schedule: { cron } } })
      await Promise.all([startDueRun({ database: other, registry }), edit])
      await passAll()
      const times = (await runsOf(id)).map(({ scheduledFor }) => scheduledFor?.getTime())
      assert.equal(new Set(times).size, times.length)
      await endRuns(id)
    }
  })

  test('of a query that was deleted does not come', async () => {
    const { id } = await save()
    await comeDue(database, id)
    await database.prisma.brokerQuery.delete({ where: { id } })
    assert.equal(await passAll(), 0)
  })

  test('is looked for in an index, however many queries there are', async () => {
    await database.pool.query(
      `INSERT INTO "BrokerQuery" (id, name, "brokerId", parameters) SELECT gen_random_uuid(), 'Idle', 'many-broker', '{}' FROM generate_series(1, 20000)`
    )
    await database.pool.query('ANALYZE "BrokerQuery"')
    const { rows } = await database.pool.query<{ 'QUERY PLAN': string }>(
      `EXPLAIN SELECT id FROM "BrokerQuery" WHERE "nextRunsAt"[1] <= now() ORDER BY "nextRunsAt"[1] LIMIT 1 FOR NO KEY UPDATE SKIP LOCKED`
    )
    assert.match(rows.map(row => row['QUERY PLAN']).join('\n'), /BrokerQuery_due_idx/)
  })
})
