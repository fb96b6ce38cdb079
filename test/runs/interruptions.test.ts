import assert from 'node:assert/strict'
import { once } from 'node:events'
import type { ServerResponse } from 'node:http'
import { connect } from 'node:net'
import { after, before, type TestContext, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Database, openDatabase } from '../../src/database.ts'
import { findRun } from '../../src/runs/store.ts'
import { startCrashingPostgres } from '../helpers/crashing-postgres.ts'
import { createTestDatabase, silent, type TestDatabase } from '../helpers/database.ts'
import { fleetVariables } from '../helpers/fleet.ts'
import { type ServiceProcess, startProcess } from '../helpers/process.ts'
import { startUpstream, type Upstream } from '../helpers/upstream.ts'

let files: TestDatabase
let upstream: Upstream
let database: Database
let api: ServiceProcess
let shared: Promise<ServiceProcess> | undefined
let send: (response: ServerResponse) => void | Promise<void> = () => {}

before(async () => {
  files = await createTestDatabase()
  database = await openDatabase({ url: files.url, log: silent })
  upstream = await startUpstream((_request, response) => send(response))
  api = await start({ ROLE: 'api' })
})
after(async () => {
  await api.kill()
  await (await shared)?.kill()
  await upstream.close()
  await database.close()
  await files.drop()
})

function start(variables: Record<string, string>) {
  return startProcess({ ...fleetVariables(files.url, upstream.url), ...variables })
}

async function startWorker(t: TestContext, variables: Record<string, string> = {}) {
  const worker = await start({ ROLE: 'worker', ...variables })
  t.after(() => worker.kill())
  return worker
}

/** The worker of the tests that leave theirs as it is. */
function sharedWorker() {
  shared ??= start({ ROLE: 'worker' })
  return shared
}

let round = 0
function alerts(from: number, to: number) {
  return Array.from(
    { length: to - from },
    (_, index) => `{"diaSourceId": "${round}-${from + index}", "ra": 1, "dec": 2, "filler": "${'x'.repeat(500)}"}`
  )
}

/** Sends so many alerts in small steps; the run takes about so long [ms]. */
function sendSlowly(total: number, milliseconds: number) {
  round++
  send = async response => {
    for (let from = 0; from < total; from += 100) {
      response.write((from === 0 ? '[' : ',') + alerts(from, Math.min(total, from + 100)).join(','))
      await sleep((100 * milliseconds) / total)
    }
    response.end(']')
  }
}

async function startRun({ url }: { url: string } = api): Promise<string> {
  const body = JSON.stringify({ brokerId: 'many-broker', parameters: {}, caps: { alerts: null } })
  const response = await fetch(`${url}/v1/runs`, { method: 'POST', headers: { 'content-type': 'application/json' }, body })
  assert.equal(response.status, 202)
  return JSON.parse(await response.text()).id
}

async function rowOf(runId: string) {
  const row = await findRun(database.pool, runId)
  assert.ok(row)
  return row
}

async function until(runId: string, holds: (row: Awaited<ReturnType<typeof rowOf>>) => boolean) {
  for (;;) {
    const row = await rowOf(runId)
    if (holds(row)) return row
    await sleep(20)
  }
}

function countsOf({ newCount, changedCount, duplicateCount, rejectedCount, repeatedCount }: Awaited<ReturnType<typeof rowOf>>) {
  return [newCount, changedCount, duplicateCount, rejectedCount, repeatedCount]
}

async function endLease(runId: string) {
  await database.pool.query(`UPDATE "Run" SET "leaseUntil" = now() - interval '1 s' WHERE id = $1`, [runId])
}

test('a worker that was suspended past its lease writes nothing more when it wakes', async t => {
  sendSlowly(2000, 4000)
  const sleeper = await startWorker(t)
  const runId = await startRun()
  await until(runId, row => row.newCount > 0)
  sleeper.child.kill('SIGSTOP')
  await endLease(runId)
  await startWorker(t)
  const ended = await until(runId, row => row.finishedAt !== null)
  sleeper.child.kill('SIGCONT')
  while (!/belongs to another worker|has ended/.test(sleeper.output())) await sleep(20)
  const row = await rowOf(runId)
  assert.deepEqual([row.status, row.attempt, ...countsOf(row)], ['succeeded', 2, 2000, 0, 0, 0, 0])
  assert.deepEqual(row, ended)
})

test('a run survives that all its connections to the database are cut, again and again', async t => {
  sendSlowly(2000, 3000)
  await startWorker(t)
  const runId = await startRun()
  await until(runId, row => row.newCount > 0)
  for (let cut = 0; cut < 5; cut++) {
    await database.pool
      .query(
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() AND application_name LIKE 'tom-alerts%'`
      )
      .catch(() => {})
    await sleep(300)
    await endLease(runId).catch(() => {})
  }
  const row = await until(runId, ({ finishedAt }) => finishedAt !== null)
  assert.deepEqual([row.status, ...countsOf(row)], ['succeeded', 2000, 0, 0, 0, 0])
})

test('a run survives a crash of PostgreSQL', async t => {
  const postgres = await startCrashingPostgres()
  const service = await start({ DATABASE_URL: postgres.url })
  t.after(async () => {
    await service.kill()
    await postgres.close()
  })
  sendSlowly(2000, 3000)
  const runId = await startRun(service)
  const runOf = async () => JSON.parse(await (await fetch(`${service.url}/v1/runs/${runId}`)).text())
  while ((await runOf()).counts.new === 0) await sleep(20)
  await postgres.crash()
  for (;;) {
    const run = await runOf().catch(() => ({}))
    if (typeof run.finishedAt === 'string') break
    await sleep(200)
  }
  const { status, counts } = await runOf()
  assert.deepEqual([status, counts.new, counts.duplicate, counts.repeated], ['succeeded', 2000, 0, 0])
})

test('what the clocks of workers say does not matter', async t => {
  sendSlowly(1000, 2500)
  const shift = (days: number) => {
    const code = `const now = Date.now; Date.now = () => now() + ${days * 86_400_000}`
    return { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(code)}` }
  }
  await Promise.all([startWorker(t, shift(-2)), startWorker(t, shift(2)), startWorker(t)])
  const runId = await startRun()
  const row = await until(runId, ({ finishedAt }) => finishedAt !== null)
  assert.deepEqual([row.status, row.attempt, ...countsOf(row)], ['succeeded', 1, 1000, 0, 0, 0, 0])
})

test('a cancellation by one process ends the request of another to the broker', async t => {
  round++
  const hungUp = Promise.withResolvers<void>()
  send = response => {
    response.on('close', () => hungUp.resolve())
    response.write(`[${alerts(0, 10).join(',')}`)
  }
  await sharedWorker()
  const runId = await startRun()
  await until(runId, row => row.newCount === 10)
  const asked = performance.now()
  await fetch(`${api.url}/v1/runs/${runId}/cancellation`, { method: 'POST' })
  await hungUp.promise
  t.diagnostic(`the request ended after ${(performance.now() - asked).toFixed(0)} ms`)
  assert.deepEqual([(await rowOf(runId)).status, (await rowOf(runId)).newCount], ['cancelled', 10])
})

test('a stream of one process sees what a worker in another records', async () => {
  sendSlowly(1000, 2000)
  await sharedWorker()
  const runId = await startRun()
  const stream = await fetch(`${api.url}/v1/runs/${runId}/alerts.ndjson?follow=true`)
  const lines = (await stream.text()).trim().split('\n')
  assert.equal(lines.length, 1000)
  assert.equal(new Set(lines.map(line => JSON.parse(line).brokerAlertId)).size, 1000)
})

test('requests that are under way when the service is asked to stop get their answers', async t => {
  let arrived = 0
  send = async response => {
    arrived++
    await sleep(800)
    response.setHeader('content-type', 'application/json').end('{"oid": "ZTF18abcgqmz"}')
  }
  const service = await start({ ROLE: 'api' })
  t.after(() => service.kill())
  const requests = Array.from({ length: 30 }, async (_, index) => {
    const response = await fetch(`${service.url}/v1/brokers/alerce-ztf/alerts/ZTF${index}`)
    return [response.status, await response.text()]
  })
  while (arrived < requests.length) await sleep(10)
  const code = await service.stop()
  assert.equal(code, 0)
  assert.deepEqual(
    await Promise.all(requests),
    requests.map(() => [200, '{"oid": "ZTF18abcgqmz"}'])
  )
})

test('a listener that reads nothing costs no memory', async t => {
  sendSlowly(20_000, 100)
  await sharedWorker()
  const runId = await startRun()
  await until(runId, row => row.finishedAt !== null)
  const memory = () => api.peakMemory() ?? 0
  const before = memory()
  const listeners = Array.from({ length: 20 }, () => {
    const { hostname, port } = new URL(api.url)
    const socket = connect(Number(port), hostname)
    socket.pause()
    socket.write(`GET /v1/runs/${runId}/alerts.ndjson HTTP/1.1\r\nHost: x\r\n\r\n`)
    return socket
  })
  await Promise.all(listeners.map(socket => once(socket, 'connect')))
  await sleep(2000)
  for (const socket of listeners) socket.destroy()
  t.diagnostic(`peak resident memory ${before} MB before, ${memory()} MB after`)
  assert.ok(memory() - before < 80, `${before} MB became ${memory()} MB`)
})
