import assert from 'node:assert/strict'
import type { ServerResponse } from 'node:http'
import { after, before, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { createTestDatabase, type TestDatabase } from '../helpers/database.ts'
import { type ServiceProcess, startProcess } from '../helpers/process.ts'
import { startUpstream, type Upstream } from '../helpers/upstream.ts'

const total = 20_000
const firstId = 170_587_116_732_400_000n
const module = fileURLToPath(new URL('../helpers/many-broker.ts', import.meta.url))

let files: TestDatabase
let upstream: Upstream

before(async () => {
  files = await createTestDatabase()
  upstream = await startUpstream(async (_request, response) => sendAlerts(response))
})
after(async () => {
  await upstream.close()
  await files.drop()
})

/** Sends all alerts, with pauses, so that there is a middle of the run to be killed in. */
async function sendAlerts(response: ServerResponse) {
  response.writeHead(200, { 'content-type': 'application/json' })
  for (let sent = 0; sent < total; sent += 1000) {
    const alerts = Array.from({ length: 1000 }, (_, index) => alertText(firstId + BigInt(sent + index)))
    response.write((sent === 0 ? '[' : ',') + alerts.join(','))
    await sleep(60)
  }
  response.end(']')
}

function alertText(id: bigint) {
  return `{"diaSourceId": ${id}, "ra": 0.0, "dec": -0.0, "psfFlux": -1e5, "filler": "${'x'.repeat(2000)}"}`
}

function start(): Promise<ServiceProcess> {
  return startProcess({ DATABASE_URL: files.url, BROKER_MODULES: module, BROKER_MANY_BROKER_BASE_URL: upstream.url, LOG_LEVEL: 'info' })
}

async function getJson(service: ServiceProcess, path: string) {
  const response = await fetch(service.url + path)
  assert.equal(response.status, 200)
  return JSON.parse(await response.text())
}

/** Waits until the run has received so many alerts, or has ended; the counts add up whenever we look. */
async function untilReceived(service: ServiceProcess, runId: string, received: number) {
  for (;;) {
    const run = await getJson(service, `/v1/runs/${runId}`)
    assert.equal(run.counts.received, run.counts.new + run.counts.changed + run.counts.duplicate + run.counts.rejected)
    if (run.finishedAt !== null || run.counts.received >= received) return run
    await sleep(20)
  }
}

test('a run of 20,000 alerts survives three kills in its middle, in flat memory, and loses and doubles nothing', async t => {
  let service = await start()
  t.after(() => service.kill())
  const body = JSON.stringify({ brokerId: 'many-broker', parameters: {}, caps: { alerts: null } })
  const started = await fetch(`${service.url}/v1/runs`, { method: 'POST', headers: { 'content-type': 'application/json' }, body })
  assert.equal(started.status, 202)
  const { id } = JSON.parse(await started.text())
  for (const received of [3000, 8000, 13_000]) {
    const run = await untilReceived(service, id, received)
    assert.equal(run.status, 'running')
    await service.kill()
    service = await start()
  }
  const run = await untilReceived(service, id, Number.POSITIVE_INFINITY)
  const counts = { received: total, new: total, changed: 0, duplicate: 0, rejected: 0, repeated: 0 }
  assert.deepEqual([run.status, run.counts, run.attempt], ['succeeded', counts, 4])

  const ids: string[] = []
  for (let cursor: string | null = ''; cursor !== null; ) {
    const page = await getJson(service, `/v1/runs/${id}/alerts?limit=500${cursor && `&cursor=${cursor}`}`)
    ids.push(...page.items.map(({ brokerAlertId }: { brokerAlertId: string }) => brokerAlertId))
    cursor = page.next
  }
  assert.deepEqual(
    ids,
    Array.from({ length: total }, (_, index) => String(firstId + BigInt(index)))
  )
  const memory = service.peakMemory()
  t.diagnostic(`peak resident memory ${memory} MB`)
  if (memory !== null) assert.ok(memory < 300, `${memory} MB`)
  assert.equal(await service.stop(), 0)
})
