import assert from 'node:assert/strict'
import { after, before, beforeEach, test } from 'node:test'
import { findAlert } from '../../src/alerts/store.ts'
import { encodeCursor } from '../../src/http/pagination.ts'
import { keepHouseOnce } from '../../src/runs/keep-house.ts'
import { endRun } from '../../src/runs/progress-store.ts'
import type { ClaimedRun } from '../../src/runs/queue-store.ts'
import { recordRun } from '../../src/runs/record-run.ts'
import { listRunAlerts } from '../../src/runs/result-store.ts'
import { silent } from '../helpers/database.ts'
import { letDaysPass } from '../helpers/days.ts'
import { alertItem, claimNewRun, countsOf, rejectionItem } from '../helpers/runs.ts'
import { type Service, startService } from '../helpers/service.ts'

const log = { ...silent, debug: () => {} }
const whole = { error: null, truncatedBy: null, feedback: [] }

let service: Service

before(async () => {
  service = await startService()
  await keepHouse(null)
})
after(() => service.close())

let brokerId = ''
let rounds = 0
beforeEach(() => {
  brokerId = `broker-${++rounds}`
})

function keepHouse(retentionDays: number | null) {
  return keepHouseOnce({ database: service.database, log, retentionDays }, new AbortController().signal)
}

function begin() {
  return claimNewRun(service.database, { brokerId })
}

function record(run: ClaimedRun, ids: readonly string[], content?: string) {
  const items = [...ids.map(id => alertItem(id, content)), rejectionItem(`{${ids[0]}`)]
  return recordRun(service.database, { fence: run, brokerId, items, checkpoint: null, feedback: [] })
}

/** A run that received these alerts and one rejection, and has ended. */
async function runOf(ids: readonly string[], content?: string): Promise<string> {
  const run = await begin()
  await record(run, ids, content)
  await endRun(service.database.pool, run, whole)
  return run.runId
}

async function idsOf(runId: string) {
  const rows = await listRunAlerts(service.database.pool, { runId, after: 0n, limit: 100 })
  return rows.map(({ alert }) => alert.id)
}

async function statusesOf(runId: string) {
  const paths = ['alerts', 'rejections', 'alerts.ndjson', 'alerts.csv']
  return Promise.all(paths.map(async path => (await service.get(`/v1/runs/${runId}/${path}`)).status))
}

test('results are kept as long as it was said, then dropped; the run stays with its counts and says so', async () => {
  let runId = await runOf(['a', 'b'])
  let [alertId = ''] = await idsOf(runId)
  const older = await letDaysPass(service.database.pool, 9)
  runId = older(runId)
  await keepHouse(10)
  assert.deepEqual(await statusesOf(runId), [200, 200, 200, 200])
  const oldest = await letDaysPass(service.database.pool, 2)
  runId = oldest(runId)
  alertId = oldest(older(alertId))
  await keepHouse(null)
  assert.deepEqual(await statusesOf(runId), [200, 200, 200, 200])

  await keepHouse(10)
  assert.deepEqual(await statusesOf(runId), [410, 410, 410, 410])
  const { body: problem } = await service.get(`/v1/runs/${runId}/alerts`)
  assert.match(problem.detail, /RUN_RETENTION_DAYS/)
  const { body: run } = await service.get(`/v1/runs/${runId}`)
  assert.deepEqual([run.status, run.resultsDropped, run.counts.received, run.counts.new, run.counts.rejected], ['succeeded', 3, 3, 2, 1])
  assert.equal((await service.get(`/v1/alerts/${alertId}`)).status, 404)
})

test('a run that received nothing has nothing to drop', async () => {
  const run = await begin()
  await endRun(service.database.pool, run, whole)
  const older = await letDaysPass(service.database.pool, 30)
  await keepHouse(10)
  assert.deepEqual(await statusesOf(older(run.runId)), [200, 200, 200, 200])
})

test('what a target came from is kept, word by word', async () => {
  const runId = await runOf(['kept-for-a-target'])
  const [alertId = ''] = await idsOf(runId)
  const raw = (await service.get(`/v1/alerts/${alertId}/raw`)).text
  const { body: target } = await service.post('/v1/targets', { alertId })
  const older = await letDaysPass(service.database.pool, 40)
  await keepHouse(10)
  assert.deepEqual(await statusesOf(older(runId)), [410, 410, 410, 410])
  const { body: alerts } = await service.get(`/v1/targets/${target.id}/alerts`)
  const [kept] = alerts.items
  assert.equal(kept.brokerAlertId, 'kept-for-a-target')
  assert.equal((await service.get(`/v1/targets/${target.id}/alerts/${kept.alertId ?? kept.id}/raw`)).text, raw)
})

test('an alert that comes again after its first copy was dropped is no news, and is there again', async () => {
  const first = await runOf(['a', 'b'])
  const [dropped] = await idsOf(first)
  await letDaysPass(service.database.pool, 40)
  await keepHouse(10)
  const run = await begin()
  await recordRun(service.database, {
    fence: run,
    brokerId,
    items: [alertItem('a'), alertItem('b', 'second'), alertItem('c')],
    checkpoint: null,
    feedback: []
  })
  assert.deepEqual(await countsOf(service.database, run.runId), { new: 1, changed: 1, duplicate: 1, rejected: 0, repeated: 0 })
  const ids = await idsOf(run.runId)
  assert.equal(ids.length, 3)
  assert.ok(!ids.includes(dropped ?? ''))
  const again = await begin()
  await record(again, ['a'])
  assert.deepEqual(await idsOf(again.runId), ids.slice(0, 1))
})

test('the results of a run stay whole as long as they are kept, also where its alerts were first received long before', async () => {
  await keepHouse(10)
  await runOf(['a', 'b'])
  const runs: string[] = []
  for (let round = 0; round < 12; round++) {
    await letDaysPass(service.database.pool, 4)
    runs.push(await runOf(['a', 'b']))
    await keepHouse(10)
    const { rows } = await service.database.pool.query<{ id: string; resultsDropped: string }>(
      `SELECT id, "resultsDropped" FROM "Run" WHERE "brokerId" = $1 AND "createdAt" > now() - interval '10 days'`,
      [brokerId]
    )
    assert.ok(rows.length >= 2 || round < 2)
    for (const { id } of rows) assert.equal((await idsOf(id)).length, 2)
  }
  const { rows } = await service.database.pool.query(`SELECT sum("newCount")::int AS new FROM "Run" WHERE "brokerId" = $1`, [brokerId])
  assert.deepEqual(rows, [{ new: 2 }])
})

test('alerts that results refer to are kept when retention is first asked for', async () => {
  await keepHouse(null)
  await runOf(['old'])
  await letDaysPass(service.database.pool, 100)
  const recent = await runOf(['old'])
  await keepHouse(10)
  const [alertId = ''] = await idsOf(recent)
  assert.equal((await findAlert(service.database.pool, alertId))?.brokerAlertId, 'old')
})

test('what a run that goes on for weeks recorded first is dropped, what it recorded lately is not', async () => {
  const run = await begin()
  await service.database.pool.query(`UPDATE "Run" SET "leaseUntil" = 'infinity' WHERE id = $1`, [run.runId])
  await keepHouse(10)
  const dropped: number[] = []
  for (let week = 0; week < 5; week++) {
    await record(run, [`week-${week}`])
    await letDaysPass(service.database.pool, 3)
    await keepHouse(10)
    await letDaysPass(service.database.pool, 4)
    await keepHouse(10)
    const { rows } = await service.database.pool.query<{ id: string }>(`SELECT id FROM "Run" WHERE "brokerId" = $1`, [brokerId])
    Object.assign(run, { runId: rows[0]?.id })
    dropped.push((await service.get(`/v1/runs/${run.runId}`)).body.resultsDropped)
  }
  assert.deepEqual(dropped, [0, 2, 4, 6, 8])
  const { body: page } = await service.get(`/v1/runs/${run.runId}/alerts`)
  assert.deepEqual(
    page.items.map(({ brokerAlertId }: { brokerAlertId: string }) => brokerAlertId),
    ['week-4']
  )
  const early = await service.get(`/v1/runs/${run.runId}/alerts?cursor=${encodeCursor(['results', run.runId, 1n])}`)
  assert.equal(early.status, 410)
  assert.equal((await countsOf(service.database, run.runId)).new, 5)
})
