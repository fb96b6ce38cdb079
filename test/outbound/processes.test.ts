import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { type CountingUpstream, startCountingUpstream } from '../helpers/counting-upstream.ts'
import { createTestDatabase, type TestDatabase } from '../helpers/database.ts'
import { type ServiceProcess, startProcess } from '../helpers/process.ts'

const module = fileURLToPath(new URL('../helpers/limited-broker.ts', import.meta.url))

let files: TestDatabase
let upstream: CountingUpstream
let services: ServiceProcess[]
/** How long the stand-in asks to be left alone, once [s]; null: it does not. */
let leaveAlone: number | null = null
let askedAt = 0

before(async () => {
  files = await createTestDatabase()
  const refuse = () => {
    const retryAfter = leaveAlone
    if (retryAfter !== null) askedAt = performance.now()
    leaveAlone = null
    return retryAfter
  }
  upstream = await startCountingUpstream(() => 50 + Math.random() * 200, refuse)
  const variables = { DATABASE_URL: files.url, BROKER_MODULES: module, BROKER_LIMITED_BROKER_BASE_URL: upstream.url }
  services = await Promise.all([startProcess(variables), startProcess(variables)])
})
after(async () => {
  await Promise.all(services.map(service => service.stop()))
  await upstream.close()
  await files.drop()
})

async function start(service: ServiceProcess, name: string): Promise<string> {
  const body = JSON.stringify({ brokerId: 'limited-broker', parameters: { name, pages: 3 } })
  const response = await fetch(`${service.url}/v1/runs`, { method: 'POST', headers: { 'content-type': 'application/json' }, body })
  assert.equal(response.status, 202)
  return JSON.parse(await response.text()).id
}

async function ended(service: ServiceProcess, runId: string) {
  for (;;) {
    const run = JSON.parse(await (await fetch(`${service.url}/v1/runs/${runId}`)).text())
    if (run.finishedAt !== null) return run
    await sleep(50)
  }
}

test('two processes together never exceed the limits of a broker, and runs that wait say so', async t => {
  const [one, other] = services
  assert.ok(one && other)
  const names = ['A', 'B', 'C', 'D', 'E', 'F', 'G']
  const ids = await Promise.all(names.map((name, index) => start(index % 2 === 0 ? one : other, name)))
  const runs = await Promise.all(ids.map(id => ended(one, id)))
  assert.deepEqual(
    runs.map(({ status, counts }) => [status, counts.new]),
    names.map(() => ['succeeded', 3])
  )
  assert.equal(upstream.requests.length, 21)
  const seconds = ((upstream.arrivals.at(-1) ?? 0) - (upstream.arrivals[0] ?? 0)) / 1000
  t.diagnostic(`21 requests in ${seconds.toFixed(1)} s; at most ${upstream.mostWithin(2)} within 2 s, ${upstream.mostAtOnce()} at once`)
  assert.ok(upstream.mostWithin(2) <= 5)
  assert.equal(upstream.mostAtOnce(), 2)
  const told = runs.flatMap(({ feedback }) => feedback)
  assert.ok(
    told.some(words => /^LimitedBroker takes 5 requests in 2 s, which are used up until [-0-9]+ [0-9:]+ UTC; waiting\.$/.test(words))
  )
})

test('a broker that asks one process to be left alone is left alone by both', async () => {
  const [one, other] = services
  assert.ok(one && other)
  const before = upstream.requests.length
  leaveAlone = 4
  const ids = await Promise.all(['H', 'I', 'J', 'K'].map((name, index) => start(index % 2 === 0 ? one : other, name)))
  const runs = await Promise.all(ids.map(id => ended(other, id)))
  assert.deepEqual(
    runs.map(({ status }) => status),
    runs.map(() => 'succeeded')
  )
  const [inFlight, ...later] = upstream.arrivals.slice(before).filter(time => time > askedAt)
  assert.ok(later.length > 5)
  // What was under way, or let in before the other process had heard of it, may still come.
  const early = [inFlight ?? 0, ...later].filter(time => time < askedAt + 3900)
  assert.ok(early.length <= 1, `${early.map(time => time - askedAt)}`)
})
