import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { limitedBroker } from '../helpers/limited-broker.ts'
import { type Answer, type Service, startService } from '../helpers/service.ts'
import { startUpstream, type Upstream, type UpstreamAnswer } from '../helpers/upstream.ts'

let upstream: Upstream
let service: Service
let answer: () => UpstreamAnswer = () => ({ body: [{ id: 'a' }] })

before(async () => {
  upstream = await startUpstream({ '*': () => answer() })
  service = await startService({
    modules: [
      { ...limitedBroker, limits: { requests: { count: 2, seconds: 3600 } } },
      { ...limitedBroker, id: 'busy-broker', name: 'BusyBroker', limits: {} }
    ],
    variables: {
      WORKER_CONCURRENCY: '1',
      BROKER_LIMITED_BROKER_BASE_URL: upstream.url,
      BROKER_BUSY_BROKER_BASE_URL: upstream.url
    },
    policy: { toldWait: 50, firstOpening: 60_000 }
  })
})
after(async () => {
  await service.close()
  await upstream.close()
})

function run(brokerId: string, pages: number, prefer = 'wait=30'): Promise<Answer> {
  return service.post('/v1/runs', { brokerId, parameters: { name: 'A', pages } }, { prefer })
}

async function until(runId: string, holds: (body: Answer['body']) => boolean): Promise<Answer['body']> {
  for (;;) {
    const { body } = await service.get(`/v1/runs/${runId}`)
    if (holds(body)) return body
    await sleep(20)
  }
}

test('a run that waits for its broker says so, keeps no other run waiting, and can be cancelled at once', async () => {
  const waiting = await run('limited-broker', 3, 'wait=0')
  const { status, feedback } = await until(waiting.body.id, body => body.feedback.length > 0)
  assert.equal(status, 'running')
  assert.match(feedback[0], /^LimitedBroker takes 2 requests in 1 h, which are used up until .* UTC; waiting\.$/)
  const other = await run('busy-broker', 1)
  assert.equal(other.body.status, 'succeeded')
  await service.post(`/v1/runs/${waiting.body.id}/cancellation`)
  assert.equal((await until(waiting.body.id, ({ finishedAt }) => finishedAt !== null)).status, 'cancelled')
  assert.equal(upstream.requests.filter(({ url }) => url.startsWith('/alerts?name=A&page=')).length, 3)
})

test('whoever asks for one alert is told that the limit is used up, and when to come back', async () => {
  const { status, body, headers } = await service.get('/v1/brokers/limited-broker/alerts/x')
  assert.deepEqual([status, body.broker.kind], [503, 'rate-limited'])
  assert.match(body.detail, /takes 2 requests in 1 h, which are used up until .* too long to wait for/)
  assert.ok(headers.has('retry-after'))
})

test('a broker that is silent keeps no run of another broker waiting', async () => {
  answer = () => ({ delay: 60_000 })
  const silent = await run('busy-broker', 1, 'wait=0')
  await until(silent.body.id, ({ status }) => status === 'running')
  const other = await service.post('/v1/runs', { brokerId: 'my-broker', parameters: { targetName: 'Tatooine' } }, { prefer: 'wait=30' })
  assert.equal(other.body.finishedAt !== null, true)
  assert.equal((await service.get(`/v1/runs/${silent.body.id}`)).body.status, 'running')
  await service.post(`/v1/runs/${silent.body.id}/cancellation`)
  await until(silent.body.id, ({ finishedAt }) => finishedAt !== null)
})

test('runs fail at once while a broker is left alone, with what was wrong with it', async () => {
  answer = () => ({ status: 500, body: 'out of order' })
  for (let made = 0; made < 2; made++) assert.equal((await run('busy-broker', 1)).body.error.kind, 'unreachable')
  const asked = upstream.requests.length
  const { body } = await run('busy-broker', 1)
  assert.deepEqual([body.status, body.error.kind, body.error.retryable, body.error.upstreamStatus], ['failed', 'unreachable', true, 500])
  assert.match(body.error.detail, /^BusyBroker has not answered lately and is not asked again before .*answered 500: out of order$/)
  assert.equal(upstream.requests.length, asked)
})
