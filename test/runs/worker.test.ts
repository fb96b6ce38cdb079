import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { createRegistry } from '../../src/broker-kit/registry.ts'
import { type Database, openDatabase } from '../../src/database.ts'
import { createMetrics } from '../../src/metrics.ts'
import { alertRuns } from '../../src/runs/alert-runs.ts'
import { executeRun } from '../../src/runs/execute-run.ts'
import { claimRun, failPoisonedRuns, handBack } from '../../src/runs/queue-store.ts'
import { recordRun } from '../../src/runs/record-run.ts'
import { findRun } from '../../src/runs/store.ts'
import { createTestDatabase, silent, type TestDatabase } from '../helpers/database.ts'
import { openGate } from '../helpers/gates.ts'
import { manyBroker } from '../helpers/many-broker.ts'
import { startProcess } from '../helpers/process.ts'
import { alertItem, claimAgain, claimNewRun } from '../helpers/runs.ts'
import { recordStatements } from '../helpers/statements.ts'
import { startUpstream } from '../helpers/upstream.ts'

const metrics = createMetrics()
const log = { debug: () => {}, ...silent }

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

async function endLease(runId: string) {
  await database.pool.query(`UPDATE "Run" SET "leaseUntil" = now() - interval '1 s' WHERE id = $1`, [runId])
}

async function rowOf(runId: string) {
  const row = await findRun(database.pool, runId)
  assert.ok(row)
  return row
}

function claimAny(brokerId: string) {
  return claimRun(database, { brokerIds: [brokerId], kinds: ['alerts'] })
}

test('a run that kills five workers in a row before they record anything has failed', async () => {
  const { runId, brokerId } = await claimNewRun(database)
  for (let death = 1; death < 5; death++) {
    await endLease(runId)
    assert.equal(await failPoisonedRuns(database), 0)
    await claimAgain(database, brokerId)
  }
  await endLease(runId)
  assert.equal(await failPoisonedRuns(database), 1)
  const row = await rowOf(runId)
  assert.deepEqual([row.status, row.errorKind, row.attempt], ['failed', 'poisoned', 5])
  assert.equal(await claimAny(brokerId), null)
})

test('neither a worker that recorded something nor one that handed back counts against a run', async () => {
  const { runId, brokerId } = await claimNewRun(database)
  for (let round = 0; round < 8; round++) {
    await endLease(runId)
    const run = await claimAgain(database, brokerId)
    if (round % 2 === 0) await handBack(database, run)
    else await recordRun(database, { fence: run, brokerId, items: [alertItem('a')], checkpoint: null, feedback: [] })
    if (round % 2 === 0) await claimAgain(database, brokerId)
    assert.equal(await failPoisonedRuns(database), 0)
  }
})

test('two workers never get one run, and the oldest waiting run comes first', async () => {
  const { brokerId } = await claimNewRun(database)
  assert.deepEqual(await Promise.all([claimAny(brokerId), claimAny(brokerId)]), [null, null])
  const { runId } = await claimNewRun(database, { brokerId })
  await endLease(runId)
  const claims = await Promise.all(Array.from({ length: 8 }, () => claimAny(brokerId)))
  assert.equal(claims.filter(claim => claim !== null).length, 1)
})

test('a worker learns with a run whether there is another to take up, of a dead worker as well', async () => {
  const { brokerId, runId: first } = await claimNewRun(database)
  const { runId: second } = await claimNewRun(database, { brokerId })
  await endLease(first)
  await endLease(second)
  const claims = [await claimAny(brokerId), await claimAny(brokerId), await claimAny(brokerId)]
  assert.deepEqual(
    claims.map(claim => claim && [claim.runId, claim.isMoreWaiting]),
    [[first, true], [second, false], null]
  )
})

test('the number of statements depends on the number of batches, not on the number of alerts', async t => {
  const alerts = (count: number) => Array.from({ length: count }, (_, index) => `{"diaSourceId": "${count}-${index}", "ra": 1, "dec": 1}`)
  await using upstream = await startUpstream({
    'GET /few/alerts.json': { body: `[${alerts(10)}]` },
    'GET /many/alerts.json': { body: `[${alerts(1000)}]` }
  })
  const counts: number[] = []
  for (const folder of ['few', 'many']) {
    const variables = { BROKER_MANY_BROKER_BASE_URL: `${upstream.url}${folder}/` }
    const broker = createRegistry({ modules: [manyBroker], enabled: null, variables }).registry.get('many-broker')
    assert.ok(broker)
    const run = await claimNewRun(database, { brokerId: 'many-broker' })
    const statements = recordStatements(t, () => true)
    const end = await executeRun(alertRuns, { run, broker, gate: openGate, database, log, metrics, signal: new AbortController().signal })
    t.mock.restoreAll()
    assert.equal(end.error, null)
    counts.push(statements.length)
  }
  t.diagnostic(`statements: ${counts.join(' for 10 alerts, ')} for 1,000`)
  assert.ok((counts[1] ?? Infinity) <= (counts[0] ?? 0) + 12, `${counts}`)
})

test('a process that is asked to stop hands its run back and ends with code 0; the next one goes on', async t => {
  let stalled = true
  await using upstream = await startUpstream((_request, response) => {
    const alerts = Array.from({ length: 1500 }, (_, index) => `{"diaSourceId": "handed-back-${index}", "ra": 1, "dec": 1}`)
    response.write(`[${alerts.join(',')}`)
    if (!stalled) response.end(']')
  })
  const module = fileURLToPath(new URL('../helpers/many-broker.ts', import.meta.url))
  const variables = { DATABASE_URL: files.url, BROKER_MODULES: module, BROKER_MANY_BROKER_BASE_URL: upstream.url }
  const first = await startProcess(variables)
  t.after(() => first.kill())
  const headers = { 'content-type': 'application/json' }
  const body = JSON.stringify({ brokerId: 'many-broker', parameters: {} })
  const { id } = JSON.parse(await (await fetch(`${first.url}/v1/runs`, { method: 'POST', headers, body })).text())
  while ((await rowOf(id)).newCount < 1500) await sleep(20)
  const follower = await fetch(`${first.url}/v1/runs/${id}/alerts.ndjson?follow=true`)
  const asked = performance.now()
  // A stream that stops before the run has ended must not look whole.
  const [code] = await Promise.all([first.stop(), assert.rejects(follower.text())])
  assert.equal(code, 0)
  assert.ok(performance.now() - asked < 10_000)
  const handedBack = await rowOf(id)
  assert.deepEqual([handedBack.status, handedBack.leaseUntil, handedBack.fruitless], ['queued', null, 0])
  stalled = false
  const second = await startProcess(variables)
  t.after(() => second.kill())
  while ((await rowOf(id)).finishedAt === null) await sleep(20)
  const row = await rowOf(id)
  assert.deepEqual([row.status, row.newCount, row.duplicateCount, row.repeatedCount, row.attempt], ['succeeded', 1500, 0, 0, 2])
  assert.equal(await second.stop(), 0)
})

test('a worker answers probes and metrics, and nothing else', async t => {
  const worker = await startProcess({ DATABASE_URL: files.url, ROLE: 'worker' })
  t.after(() => worker.kill())
  const statuses = await Promise.all(
    ['/livez', '/readyz', '/metrics', '/v1/runs'].map(async path => (await fetch(worker.url + path)).status)
  )
  assert.deepEqual(statuses, [200, 200, 200, 404])
})
