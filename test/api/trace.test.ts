import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { createTestDatabase, type TestDatabase } from '../helpers/database.ts'
import { type ServiceProcess, startProcess } from '../helpers/process.ts'
import { startUpstream, type Upstream } from '../helpers/upstream.ts'

const module = fileURLToPath(new URL('../helpers/many-broker.ts', import.meta.url))
const traceId = '4bf92f3577b34da6a3ce929d0e0e4736'
const traceparent = `00-${traceId}-00f067aa0ba902b7-01`

let files: TestDatabase
let upstream: Upstream
let api: ServiceProcess
let worker: ServiceProcess

before(async () => {
  files = await createTestDatabase()
  let asked = 0
  upstream = await startUpstream({
    // The first request fails in a way that may pass, so that the HTTP client has something to log.
    '*': () => (asked++ === 0 ? { status: 503 } : { body: '[{"diaSourceId": "1", "ra": 1, "dec": 1}]' })
  })
  const variables = { DATABASE_URL: files.url, BROKER_MODULES: module, BROKER_MANY_BROKER_BASE_URL: upstream.url }
  api = await startProcess({ ...variables, ROLE: 'api' })
  worker = await startProcess({ ...variables, ROLE: 'worker' })
})
after(async () => {
  await Promise.all([api.stop(), worker.stop()])
  await upstream.close()
  await files.drop()
})

const linesOf = (service: ServiceProcess, text: string) =>
  service
    .output()
    .split('\n')
    .filter(line => line.includes(text))
    .map(line => JSON.parse(line))

/** Runs to the end; answers the id, and all that both processes logged about it. */
async function run(headers: Readonly<Record<string, string>>) {
  const body = JSON.stringify({ brokerId: 'many-broker', parameters: {} })
  const init = { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body }
  const { id } = JSON.parse(await (await fetch(`${api.url}/v1/runs`, init)).text())
  const ended = () => linesOf(worker, id).some(({ msg }) => msg === 'The run has ended.')
  while (!ended()) await sleep(20)
  return { id, lines: linesOf(worker, id) }
}

test('a run is logged with the request and the trace that started it, by another process, and brokers are told of neither', async () => {
  const { lines } = await run({ traceparent, tracestate: 'vendor=opaque', 'x-request-id': 'the-first-request' })
  assert.deepEqual(
    lines.map(({ msg, requestId, traceId: logged }) => [msg, requestId, logged]),
    ['The run begins.', 'asking a broker again after a pause', 'The run has ended.'].map(msg => [msg, 'the-first-request', traceId])
  )
  assert.deepEqual(
    linesOf(api, 'the-first-request').map(({ msg, traceId: logged }) => [msg, logged]),
    [['Answered.', traceId]]
  )
  assert.equal(upstream.requests.length, 2)
  for (const { url, headers } of upstream.requests) {
    assert.doesNotMatch(JSON.stringify([url, headers]), new RegExp(`${traceId}|the-first-request|traceparent|tracestate|opaque`))
  }
})

test('a run that a request without a trace started is logged with the request alone', async () => {
  const { lines } = await run({ 'x-request-id': 'untraced-request' })
  assert.equal(lines.length, 2)
  for (const line of lines) assert.deepEqual([line.requestId, 'traceId' in line], ['untraced-request', false])
})

test('a trace of a later version is taken, and one that is not valid is ignored', async () => {
  const sent: readonly [header: string, traceId: string | undefined][] = [
    [`cc-${traceId}-00f067aa0ba902b7-01-what-is-to-come`, traceId],
    [`00-${traceId}-00f067aa0ba902b7-01-what-is-to-come`, undefined],
    [`ff-${traceId}-00f067aa0ba902b7-01`, undefined],
    [`00-${'0'.repeat(32)}-00f067aa0ba902b7-01`, undefined],
    [`00-${traceId}-${'0'.repeat(16)}-01`, undefined],
    [`00-${traceId.toUpperCase()}-00f067aa0ba902b7-01`, undefined],
    [`00-${traceId}-00f067aa0ba902b7`, undefined],
    [`${traceparent}, ${traceparent}`, undefined],
    ['nonsense', undefined]
  ]
  for (const [index, [header]] of sent.entries()) {
    const headers = { traceparent: header, 'x-request-id': `number-${index}` }
    assert.equal((await fetch(`${api.url}/v1/brokers/my-broker`, { headers })).status, 200)
  }
  assert.deepEqual(
    sent.map(([header], index) => [header, linesOf(api, `"number-${index}"`)[0]?.traceId]),
    sent
  )
})
