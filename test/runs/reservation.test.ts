import assert from 'node:assert/strict'
import type { ServerResponse } from 'node:http'
import { after, afterEach, before, beforeEach, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { createRegistry } from '../../src/broker-kit/registry.ts'
import { type Database, openDatabase } from '../../src/database.ts'
import { createMetrics } from '../../src/metrics.ts'
import { alertRuns } from '../../src/runs/alert-runs.ts'
import type { Reservation } from '../../src/runs/reservation.ts'
import { createRun, findRun, type RunRow } from '../../src/runs/store.ts'
import { startWorker, type Worker } from '../../src/runs/worker.ts'
import { createTestDatabase, silent, type TestDatabase } from '../helpers/database.ts'
import { openGate } from '../helpers/gates.ts'
import { manyBroker } from '../helpers/many-broker.ts'
import { startProcess } from '../helpers/process.ts'
import { startService } from '../helpers/service.ts'
import { startUpstream, type Upstream } from '../helpers/upstream.ts'

const brokerId = manyBroker.id
const log = { debug: () => {}, ...silent }

let files: TestDatabase
let database: Database
let upstream: Upstream
let worker: Worker
/** Requests that wait for their answer. */
let waiting: ServerResponse[] = []
let isStalling = false

before(async () => {
  files = await createTestDatabase()
  database = await openDatabase({ url: files.url, log: silent })
  upstream = await startUpstream((_request, response) => {
    response.setHeader('content-type', 'application/json')
    if (isStalling) waiting.push(response)
    else response.end('[]')
  })
})
after(async () => {
  await upstream.close()
  await database.close()
  await files.drop()
})
beforeEach(() => {
  const variables = { BROKER_MANY_BROKER_BASE_URL: upstream.url }
  const { registry } = createRegistry({ modules: [manyBroker], enabled: null, variables })
  const gates = { gateOf: () => openGate, close: async () => {} }
  worker = startWorker({ database, registry, gates, kinds: { alerts: alertRuns }, log, metrics: createMetrics(), concurrency: 1 })
})
afterEach(async () => {
  answerAll()
  await worker.stop()
})

function answerAll() {
  isStalling = false
  for (const response of waiting) response.end('[]')
  waiting = []
}

/** Creates a run of the broker. */
function create(isClaimed: boolean): Promise<RunRow> {
  const caps = { alerts: null, bytes: null, seconds: null }
  return createRun(database.pool, { queryId: null, queryName: null, brokerId, parameters: {}, caps, createdBy: 'local', isClaimed })
}

/** Waits until the worker has room, and nothing waits for it. */
async function roomOf(): Promise<Reservation> {
  for (;;) {
    const room = worker.reserve(brokerId)
    if (room !== null) return room
    await sleep(5)
  }
}

async function until(runId: string, status: string): Promise<RunRow> {
  for (;;) {
    const run = await findRun(database.pool, runId)
    if (run?.status === status) return run
    await sleep(5)
  }
}

test('a worker keeps no more room than it has, and gets back what is given up', async () => {
  const room = await roomOf()
  assert.equal(worker.reserve(brokerId), null)
  room.release()
  assert.notEqual(worker.reserve(brokerId), null)
  assert.equal(worker.reserve('unknown-broker'), null)
})

test('a run that is created as claimed is executed by its first attempt, without the queue', async () => {
  const room = await roomOf()
  const created = await create(true)
  assert.deepEqual([created.status, created.attempt], ['running', 1])
  assert.deepEqual([created.startedAt, created.attemptRecorded], [created.createdAt, false])
  room.begin(created)
  assert.equal((await until(created.id, 'succeeded')).attempt, 1)
})

test('nobody overtakes a run that waits', async () => {
  isStalling = true
  const room = await roomOf()
  const first = await create(true)
  room.begin(first)
  const second = await create(false)
  while (waiting.length === 0) await sleep(5)
  waiting.pop()?.end('[]')
  await until(first.id, 'succeeded')
  await until(second.id, 'running')
  assert.equal(worker.reserve(brokerId), null)
  answerAll()
  await until(second.id, 'succeeded')
  const last = await roomOf()
  last.release()
})

test('a run whose worker stops while it is stored goes to the queue', async () => {
  const room = await roomOf()
  const [created] = await Promise.all([create(true), worker.stop()])
  assert.equal(worker.reserve(brokerId), null)
  room.begin(created)
  assert.equal((await until(created.id, 'queued')).leaseUntil, null)
})

test('over HTTP a run begins at once, and one with an Idempotency-Key when the key is stored', async t => {
  isStalling = true
  const service = await startService({ modules: [manyBroker], variables: { BROKER_MANY_BROKER_BASE_URL: upstream.url } })
  t.after(() => service.close())
  const body = { brokerId, parameters: {} }
  // The worker of the service first looks whether anything waits.
  for (let status = 'queued'; status === 'queued'; ) status = (await service.post('/v1/runs', body)).body.status
  const begun = await service.post('/v1/runs', body)
  assert.deepEqual([begun.status, begun.body.status, begun.body.attempt], [202, 'running', 1])
  const kept = await service.post('/v1/runs', body, { 'idempotency-key': 'one' })
  assert.deepEqual([kept.status, kept.body.status, kept.body.attempt], [202, 'queued', 0])
  answerAll()
  for (const { id } of [begun.body, kept.body]) {
    while ((await service.get(`/v1/runs/${id}`)).body.status !== 'succeeded') await sleep(10)
  }
})

test('a run that began at once and whose process dies is taken up by another', async t => {
  isStalling = true
  const module = fileURLToPath(new URL('../helpers/many-broker.ts', import.meta.url))
  const home = await createTestDatabase()
  t.after(() => home.drop())
  const variables = { DATABASE_URL: home.url, BROKER_MODULES: module, BROKER_MANY_BROKER_BASE_URL: upstream.url }
  const start = async () => {
    const service = await startProcess(variables)
    t.after(() => service.kill())
    const post = async (headers: Record<string, string>) => {
      const init = { method: 'POST', headers: { 'content-type': 'application/json', ...headers } }
      const response = await fetch(`${service.url}/v1/runs`, { ...init, body: JSON.stringify({ brokerId, parameters: {} }) })
      return JSON.parse(await response.text())
    }
    return { ...service, post }
  }
  const first = await start()
  let run = await first.post({})
  while (run.status !== 'running') run = await first.post({})
  await first.kill()
  answerAll()
  const second = await start()
  while (run.status === 'running') {
    await sleep(50)
    run = JSON.parse(await (await fetch(`${second.url}/v1/runs/${run.id}`)).text())
  }
  assert.deepEqual([run.status, run.attempt], ['succeeded', 2])
})
