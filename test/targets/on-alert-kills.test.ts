import assert from 'node:assert/strict'
import type { ServerResponse } from 'node:http'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { openDatabase } from '../../src/database.ts'
import { createTestDatabase, silent } from '../helpers/database.ts'
import { fleetVariables } from '../helpers/fleet.ts'
import { type ServiceProcess, startProcess } from '../helpers/process.ts'
import { startUpstream } from '../helpers/upstream.ts'

const total = 4000
const kills = 4

/** Sends all alerts, each at a place of its own, with pauses to be killed in. */
async function sendAlerts(response: ServerResponse) {
  response.writeHead(200, { 'content-type': 'application/json' })
  for (let sent = 0; sent < total; sent += 250) {
    const alerts = Array.from({ length: 250 }, (_, index) => sent + index).map(
      number => `{"diaSourceId": "A${number}", "ra": ${number % 360}, "dec": ${Math.floor(number / 360)}}`
    )
    response.write((sent === 0 ? '[' : ',') + alerts.join(','))
    await sleep(100)
  }
  response.end(']')
}

test('workers that are killed between recording and making targets lose none and make none twice', { timeout: 180_000 }, async t => {
  const files = await createTestDatabase()
  const database = await openDatabase({ url: files.url, log: silent })
  await using upstream = await startUpstream((_request, response) => sendAlerts(response))
  const variables = fleetVariables(files.url, upstream.url)
  const startWorker = () => startProcess({ ...variables, ROLE: 'worker', LOG_LEVEL: 'info' })
  const api = await startProcess({ ...variables, ROLE: 'api' })
  const workers: ServiceProcess[] = await Promise.all([startWorker(), startWorker()])
  t.after(async () => {
    await Promise.all([api, ...workers].map(each => each.kill()))
    await database.close()
    await files.drop()
  })
  const post = async (path: string, body: object) => {
    const headers = { 'content-type': 'application/json' }
    return JSON.parse(await (await fetch(api.url + path, { method: 'POST', headers, body: JSON.stringify(body) })).text())
  }
  const onAlert = { createTargets: { listName: 'All' } }
  const query = await post('/v1/queries', { name: 'Many', brokerId: 'many-broker', parameters: {}, onAlert })
  const run = await post(`/v1/queries/${query.id}/runs`, {})
  const countTargets = () => database.prisma.target.count()
  for (let kill = 1; kill <= kills; kill++) {
    // While targets are being made: there are more of them each time.
    while ((await countTargets()) < (kill * total) / (kills + 2)) await sleep(10)
    // In turn the one that executes the run, or has done so, and the other.
    await (kill % 2 === 0 ? workers.pop() : workers.shift())?.kill()
    t.diagnostic(`killed one at ${await countTargets()} targets`)
    workers.push(await startWorker())
  }
  const { prisma } = database
  while ((await prisma.run.findUnique({ where: { id: run.id } }))?.status !== 'succeeded') await sleep(50)
  while ((await prisma.outbox.count()) > 0) await sleep(50)
  const waitedFor = await prisma.queryTarget.groupBy({ by: ['outcome'], _count: true })
  assert.deepEqual(waitedFor, [{ outcome: 'created', _count: total }])
  const linked = await prisma.targetAlert.groupBy({ by: ['runId', 'queryId'], _count: true })
  assert.deepEqual(linked, [{ runId: run.id, queryId: query.id, _count: total }])
  assert.deepEqual([await countTargets(), await prisma.targetName.count(), await prisma.targetListMember.count()], [total, total, total])
})
