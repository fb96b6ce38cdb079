import assert from 'node:assert/strict'
import type { ServerResponse } from 'node:http'
import { after, before, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { v7 as uuidv7 } from 'uuid'
import { type Database, openDatabase } from '../../src/database.ts'
import { cancelRun, createRun, findRun } from '../../src/runs/store.ts'
import { createTestDatabase, silent, type TestDatabase } from '../helpers/database.ts'
import { type Fleet, fleetVariables, startFleet } from '../helpers/fleet.ts'
import { startUpstream, type Upstream } from '../helpers/upstream.ts'

/** How many kills; `npm run test:faults` asks for 200. */
const kills = Number(process.env['FAULT_KILLS'] ?? 6)
/** Every so many kills the lease is left to end by itself; else the test ends it, as time would. */
const realLease = 10
const total = 1950

let files: TestDatabase
let upstream: Upstream
let database: Database
let fleet: Fleet
let prefix = ''

before(async () => {
  files = await createTestDatabase()
  database = await openDatabase({ url: files.url, log: silent })
  upstream = await startUpstream(async (_request, response, { url }) => {
    const { pathname, searchParams } = new URL(url, 'http://upstream')
    if (pathname.startsWith('/many/')) await sendWhole(response)
    else if (pathname.startsWith('/alerce/')) await sendPage(response, Number(searchParams.get('page')))
    else await sendEndless(response, Number(searchParams.get('after') ?? -1) + 1)
  })
  fleet = await startFleet(fleetVariables(files.url, upstream.url), 2)
})
after(async () => {
  await fleet.stop()
  await upstream.close()
  await database.close()
  await files.drop()
})

function texts(from: number, to: number, textOf: (id: string, index: number) => string) {
  return Array.from({ length: Math.min(to, total) - from }, (_, index) => textOf(`${prefix}-${from + index}`, from + index))
}

async function sendWhole(response: ServerResponse) {
  for (let from = 0; from < total; from += 150) {
    const alerts = texts(from, from + 150, id => `{"diaSourceId": "${id}", "ra": 0, "dec": 0}`)
    response.write((from === 0 ? '[' : ',') + alerts.join(','))
    await sleep(15)
  }
  response.end(']')
}

async function sendPage(response: ServerResponse, page: number) {
  await sleep(10)
  const items = texts((page - 1) * 100, page * 100, oid => `{"oid": "${oid}", "meanra": 0, "meandec": 0, "lastmjd": 60000}`)
  response.setHeader('content-type', 'application/json').end(`{"items": [${items.join(',')}]}`)
}

async function sendEndless(response: ServerResponse, from: number) {
  for (let next = from; next < total; next += 150) {
    response.write(texts(next, next + 150, (id, offset) => `{"offset": ${offset}, "id": "${id}", "ra": 0, "dec": 0}\n`).join(''))
    await sleep(15)
  }
}

async function startRun(brokerId: string): Promise<string> {
  const parameters = brokerId === 'ndjson-tail' ? { topic: 'transients' } : {}
  const caps = { alerts: null, bytes: null, seconds: null }
  const run = { queryId: null, queryName: null, brokerId, parameters, caps, createdBy: 'local' }
  return (await createRun(database.pool, run)).id
}

async function rowOf(runId: string) {
  const row = await findRun(database.pool, runId)
  assert.ok(row)
  return row
}

/** Kills the worker that holds the run; answers how long it took until another had it [ms], or null when it had ended before. */
async function killHolder(runId: string, waits: boolean): Promise<number | null> {
  const { attempt, finishedAt } = await rowOf(runId)
  const holder = fleet.holderOf(runId, attempt)
  if (finishedAt !== null || holder === undefined) return null
  await fleet.kill(holder)
  const killed = performance.now()
  if (!waits) {
    await database.pool.query(`UPDATE "Run" SET "leaseUntil" = now() - interval '1 s' WHERE id = $1 AND status = 'running'`, [runId])
    await database.pool.query(`NOTIFY run_queued`)
  }
  for (;;) {
    const row = await rowOf(runId)
    if (row.attempt > attempt) return performance.now() - killed
    if (row.finishedAt !== null) return null
    await sleep(10)
  }
}

async function finish(runId: string, brokerId: string) {
  for (;;) {
    const row = await rowOf(runId)
    if (row.finishedAt !== null) return row
    if (brokerId === 'ndjson-tail' && row.newCount === total) await cancelRun(database, runId)
    await sleep(20)
  }
}

async function storedRows(runId: string) {
  const { rows } = await database.pool.query<{ members: number; alerts: number; keys: number }>(
    `SELECT count(*)::int AS members, count(DISTINCT alert."brokerAlertId")::int AS alerts, count(DISTINCT key."alertId")::int AS keys
     FROM "RunAlert" AS member JOIN "Alert" AS alert ON alert.id = member."alertId"
     JOIN "AlertKey" AS key ON key."brokerId" = alert."brokerId" AND key."brokerAlertId" = alert."brokerAlertId" AND key."alertId" = alert.id
     WHERE member."runId" = $1`,
    [runId]
  )
  return rows[0]
}

test(`${kills} kills at random moments of whole, paged and endless runs lose nothing and double nothing`, async t => {
  const recoveries: number[] = []
  const real: number[] = []
  for (let round = 0; recoveries.length < kills; round++) {
    prefix = uuidv7()
    const brokerId = ['many-broker', 'alerce-ztf', 'ndjson-tail'][round % 3] ?? ''
    const runId = await startRun(brokerId)
    for (let kill = 0; kill < 3 && recoveries.length < kills; kill++) {
      await sleep(Math.random() * 350)
      const waits = recoveries.length % realLease === realLease - 1
      const recovery = await killHolder(runId, waits)
      if (recovery === null) continue
      recoveries.push(recovery)
      if (waits) real.push(recovery)
    }
    const row = await finish(runId, brokerId)
    const counts = [row.newCount, row.changedCount, row.duplicateCount, row.rejectedCount, row.repeatedCount]
    assert.deepEqual(counts, [total, 0, 0, 0, 0], `${brokerId} ${runId} ${row.status} ${row.errorDetail}`)
    assert.deepEqual(await storedRows(runId), { members: total, alerts: total, keys: total })
  }
  t.diagnostic(`${recoveries.length} kills, lost 0, doubled 0`)
  if (real.length > 0)
    t.diagnostic(`taken up after at most ${Math.max(...real).toFixed(0)} ms where the lease ended by itself (${real.length} kills)`)
  assert.ok(real.every(recovery => recovery < 30_000))
})
