import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { openDatabase } from '../../src/database.ts'
import { createTestDatabase, silent } from '../helpers/database.ts'
import { fleetVariables } from '../helpers/fleet.ts'
import { startProcess } from '../helpers/process.ts'
import { comeDue } from '../helpers/schedules.ts'
import { startUpstream } from '../helpers/upstream.ts'

const queries = 15
const rounds = 4

test('two worker processes start one run for each time of a schedule, also when one of them is killed', { timeout: 120_000 }, async t => {
  const files = await createTestDatabase()
  const database = await openDatabase({ url: files.url, log: silent })
  await using upstream = await startUpstream({ '*': { body: [] } })
  const variables = fleetVariables(files.url, upstream.url)
  const api = await startProcess({ ...variables, ROLE: 'api' })
  const workers = await Promise.all(Array.from({ length: 2 }, () => startProcess({ ...variables, ROLE: 'worker', LOG_LEVEL: 'info' })))
  const [one, other] = workers
  assert.ok(one && other)
  t.after(async () => {
    await Promise.all([api, ...workers].map(each => each.kill()))
    await database.close()
    await files.drop()
  })
  const ids: string[] = []
  for (let count = 0; count < queries; count++) {
    const body = { name: `Many ${count}`, brokerId: 'many-broker', parameters: {}, schedule: { cron: '0 0 1 1 *', timeZone: 'UTC' } }
    ids.push((await post(`${api.url}/v1/queries`, body)).id)
  }
  const times = new Map<string, string[]>(ids.map(id => [id, []]))
  for (let round = 0; round < rounds; round++) {
    for (const id of ids) times.get(id)?.push((await comeDue(database, id)).toISOString())
    if (round === 2) await one.kill()
    for (const id of ids) await untilRun(`${api.url}/v1/queries/${id}/runs`, round + 1)
  }
  await sleep(1500)
  for (const worker of workers) assert.match(worker.output(), /A run was started by its schedule/)
  for (const id of ids) {
    const { items } = await get(`${api.url}/v1/queries/${id}/runs`)
    const started = items.map(({ scheduledFor }: { scheduledFor: string }) => scheduledFor)
    assert.deepEqual(started.toReversed(), times.get(id))
    assert.equal((await get(`${api.url}/v1/queries/${id}`)).lastSkipped, null)
  }
})

async function post(url: string, body: object) {
  const response = await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) })
  assert.equal(response.status, 201)
  return JSON.parse(await response.text())
}

async function get(url: string) {
  return JSON.parse(await (await fetch(url)).text())
}

/** Waits until so many runs are there, and all have ended. */
async function untilRun(url: string, count: number) {
  for (;;) {
    const { items } = await get(url)
    if (items.length === count && items.every(({ finishedAt }: { finishedAt: string | null }) => finishedAt !== null)) return
    await sleep(50)
  }
}
