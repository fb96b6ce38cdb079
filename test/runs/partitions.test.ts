import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { v7 as uuidv7 } from 'uuid'
import { listPartitions } from '../../src/alerts/partition-store.ts'
import { findAlert, listAlerts } from '../../src/alerts/store.ts'
import { type Database, openDatabase } from '../../src/database.ts'
import { makePartitions } from '../../src/runs/house-store.ts'
import { recordRun } from '../../src/runs/record-run.ts'
import { listRejections, listRunAlerts } from '../../src/runs/result-store.ts'
import { insertAlertRows } from '../helpers/alert-rows.ts'
import { createTestDatabase, silent, type TestDatabase } from '../helpers/database.ts'
import { letDaysPass } from '../helpers/days.ts'
import { alertItem, claimNewRun, countsOf, rejectionItem } from '../helpers/runs.ts'
import { planOf, recordStatements } from '../helpers/statements.ts'

let files: TestDatabase
let database: Database

before(async () => {
  files = await createTestDatabase()
  database = await openDatabase({ url: files.url, log: silent })
})
after(async () => {
  await database.close()
  await files.drop()
})

async function record(ids: readonly string[], brokerId?: string) {
  const run = await claimNewRun(database, brokerId === undefined ? {} : { brokerId })
  const items = [...ids.map(id => alertItem(id)), rejectionItem(`{${ids[0]}`)]
  await recordRun(database, { fence: run, brokerId: run.brokerId, items, checkpoint: null, feedback: [] })
  return run
}

async function namesOf(table: 'Alert' | 'RunAlert' | 'Rejection') {
  return (await listPartitions(database.pool, table)).map(({ name }) => name)
}

test('what was recorded before there were partitions moves to that of its day, and a week of them is made ahead, once', async () => {
  const run = await record(['early'])
  const made = await Promise.all([makePartitions(database.pool), makePartitions(database.pool)])
  assert.equal(made.flat().length, new Set(made.flat()).size)
  await makePartitions(database.pool)
  for (const table of ['Alert', 'RunAlert', 'Rejection'] as const) {
    assert.equal((await namesOf(table)).length, 8)
    const { rows } = await database.pool.query(`SELECT count(*)::int AS default FROM "${table}_default"`)
    assert.equal(rows[0]?.default, 0)
  }
  const range = { runId: run.runId, after: 0n, limit: 10 }
  assert.equal((await listRunAlerts(database.pool, range)).length, 1)
  assert.equal((await listRejections(database.pool, range)).length, 1)
  assert.deepEqual(await makePartitions(database.pool), [])
})

test('what comes with a clock that is wrong by years is stored and found like everything else', async () => {
  const years = 10 * 365 * 86_400_000
  const ids = [uuidv7({ msecs: Date.now() + years }), uuidv7({ msecs: Date.now() - years })]
  await insertAlertRows(
    database.pool,
    ids.map(id => ({ id, objectId: 'clock' }))
  )
  for (const id of ids) assert.equal((await findAlert(database.pool, id))?.id, id)
  const filter = { brokerId: undefined, objectId: 'clock', name: undefined, cone: null, before: null }
  assert.deepEqual(
    (await listAlerts(database.pool, filter, 10)).map(({ id }) => id),
    ids
  )
  assert.deepEqual(
    (await listAlerts(database.pool, { ...filter, before: ids[0] ?? null }, 10)).map(({ id }) => id),
    ids.slice(1)
  )
})

test('recording goes on while partitions are made, and nothing is lost', async () => {
  const { brokerId, ...run } = await claimNewRun(database)
  await database.pool.query(
    `DROP TABLE ${[...(await namesOf('Alert')), ...(await namesOf('RunAlert'))].map(name => `"${name}"`).join(', ')}`
  )
  const making = makePartitions(database.pool)
  for (let batch = 0; batch < 40; batch++) {
    const items = Array.from({ length: 50 }, (_, index) => alertItem(`${brokerId} ${batch} ${index}`))
    await recordRun(database, { fence: run, brokerId, items, checkpoint: null, feedback: [] })
  }
  assert.equal((await making).length, 16)
  assert.equal((await countsOf(database, run.runId)).new, 2000)
  assert.equal((await listRunAlerts(database.pool, { runId: run.runId, after: 0n, limit: 3000 })).length, 2000)
})

test('recording and reading need the partitions of the days they are about, however many there are', async t => {
  const old = await record(['a', 'b', 'c'])
  for (let count = 0; count < 4; count++) await letDaysPass(database.pool, 5)
  assert.ok((await namesOf('Alert')).length >= 12)
  const statements = recordStatements(t, ({ text }) => /Alert"|Rejection"/.test(text))
  const run = await record(['a', 'b', 'c', 'd'], old.brokerId)
  await listRunAlerts(database.pool, { runId: run.runId, after: 0n, limit: 100 })
  await listRejections(database.pool, { runId: run.runId, after: 0n, limit: 100 })
  await findAlert(database.pool, uuidv7())
  t.mock.restoreAll()
  assert.ok(statements.length >= 8)
  for (const statement of statements) {
    const plan = await planOf(database.pool, statement)
    for (const table of ['Alert', 'RunAlert', 'Rejection']) {
      const used = new Set([...plan.matchAll(new RegExp(`"${table}_(\\d{8}|default)`, 'g'))].map(([, name]) => name))
      assert.ok(used.size <= 2, `${[...used]}\n${statement.text}`)
    }
  }
})
