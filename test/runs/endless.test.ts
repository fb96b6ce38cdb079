import assert from 'node:assert/strict'
import type { ServerResponse } from 'node:http'
import { after, before, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { createTestDatabase, type TestDatabase } from '../helpers/database.ts'
import { type ServiceProcess, startProcess } from '../helpers/process.ts'
import { startUpstream, type Upstream } from '../helpers/upstream.ts'

const module = fileURLToPath(new URL('../../docs/examples/ndjson-tail/index.js', import.meta.url))

let files: TestDatabase
let upstream: Upstream
let offset = 0
const listeners = new Set<ServerResponse>()
const asked: string[] = []

before(async () => {
  files = await createTestDatabase()
  upstream = await startUpstream((_request, response, { url }) => {
    asked.push(url)
    const from = Number(new URL(url, 'http://upstream').searchParams.get('after') ?? -1) + 1
    for (let next = from; next < offset; next++) response.write(line(next))
    response.flushHeaders()
    listeners.add(response)
    response.on('close', () => listeners.delete(response))
  })
})
after(async () => {
  await upstream.close()
  await files.drop()
})

function line(at: number) {
  return `{"offset": ${at}, "id": ${170_587_116_732_416_143n + BigInt(at)}, "ra": 9.5, "dec": -42.25}\n`
}

function emit(count: number) {
  for (let left = count; left > 0; left--) {
    const text = line(offset++)
    for (const listener of listeners) listener.write(text)
  }
}

function start(t: { after(hook: () => Promise<void>): void }): Promise<ServiceProcess> {
  const variables = { DATABASE_URL: files.url, BROKER_MODULES: module, BROKER_NDJSON_TAIL_BASE_URL: upstream.url }
  return startProcess(variables).then(service => {
    t.after(() => service.kill())
    return service
  })
}

async function request(service: ServiceProcess, path: string, init?: RequestInit) {
  return JSON.parse(await (await fetch(service.url + path, init)).text())
}

async function until(service: ServiceProcess, runId: string, received: number) {
  for (;;) {
    const run = await request(service, `/v1/runs/${runId}`)
    assert.equal(run.status, 'running')
    if (run.counts.received >= received) return run
    await sleep(20)
  }
}

test('a run of an endless stream goes on through a broken connection, a kill and a hand-back, until it is cancelled', async t => {
  let service = await start(t)
  const body = JSON.stringify({ brokerId: 'ndjson-tail', parameters: { topic: 'transients' } })
  const started = await request(service, '/v1/runs', { method: 'POST', headers: { 'content-type': 'application/json' }, body })
  assert.equal(started.caps.alerts, null)
  while (listeners.size === 0) await sleep(10)
  emit(500)
  await until(service, started.id, 500)

  for (const listener of listeners) listener.destroy()
  emit(500)
  await until(service, started.id, 1000)

  await service.kill()
  emit(500)
  service = await start(t)
  for (;;) {
    const run = await request(service, `/v1/runs/${started.id}`)
    if (run.counts.received === 1500) break
    await sleep(50)
  }

  assert.equal(await service.stop(), 0)
  emit(500)
  service = await start(t)
  for (;;) {
    const run = await request(service, `/v1/runs/${started.id}`)
    if (run.counts.received === 2000) break
    await sleep(50)
  }
  const run = await request(service, `/v1/runs/${started.id}`)
  assert.deepEqual([run.counts.new, run.counts.duplicate, run.counts.rejected, run.attempt], [2000, 0, 0, 3])
  assert.ok(asked.length >= 4)
  for (const url of asked.slice(1)) assert.match(url, /\?after=\d+$/, 'each restart goes on behind a checkpoint')

  const cancelled = await request(service, `/v1/runs/${started.id}/cancellation`, { method: 'POST' })
  assert.equal(cancelled.status, 'cancelled')
  while (listeners.size > 0) await sleep(10)
})
