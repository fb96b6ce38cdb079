import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { defineBroker, Type } from '../../src/broker-kit/index.ts'
import { limitedBroker } from '../helpers/limited-broker.ts'
import { pickyBroker } from '../helpers/picky-broker.ts'
import { type Answer, type Service, startService } from '../helpers/service.ts'
import { startUpstream, type Upstream, type UpstreamAnswer } from '../helpers/upstream.ts'

const secret = 'very-secret-token-of-ours'
const Account = Type.Object({ user: Type.String() })

const probedBroker = defineBroker({
  ...pickyBroker,
  id: 'probed-broker',
  name: 'ProbedBroker',
  limits: { concurrency: 2, requests: { count: 30, seconds: 3600 } },
  async probe({ http, settings: { apiToken } }) {
    if (apiToken.startsWith('confused')) throw new Error(`What is ${apiToken}?`)
    await http.json('account', Account, { headers: { authorization: `Token ${apiToken}` } })
  }
})

describe("a broker's health", () => {
  let service: Service
  let upstream: Upstream
  let answer: () => UpstreamAnswer = () => ({ body: { user: 'somebody' } })

  let alerts: () => UpstreamAnswer = () => ({ body: [{ id: 'a' }] })

  before(async () => {
    upstream = await startUpstream({ 'GET /account': () => answer(), 'GET /alerts': () => alerts(), '*': { status: 404 } })
    service = await startService({
      modules: [
        probedBroker,
        { ...probedBroker, id: 'confused-broker' },
        { ...probedBroker, id: 'unset-broker' },
        { ...probedBroker, id: 'retired-broker', retired: { since: '2025-01-01', use: 'probed-broker' } },
        { ...limitedBroker, id: 'revived-broker', limits: {}, retired: { since: '2025-01-01', use: 'probed-broker' } },
        { ...limitedBroker, id: 'wordless-broker', parameters: limitedWithoutExamples }
      ],
      variables: {
        BROKER_PROBED_BROKER_BASE_URL: upstream.url,
        BROKER_PROBED_BROKER_API_TOKEN: secret,
        BROKER_PROBED_BROKER_MAX_REQUESTS: '40/3600',
        BROKER_CONFUSED_BROKER_API_TOKEN: 'confused-token-of-ours',
        BROKER_RETIRED_BROKER_API_TOKEN: secret,
        BROKER_REVIVED_BROKER_BASE_URL: upstream.url
      },
      policy: { failuresToOpen: 2, firstOpening: 60_000, successNotes: 0, errorNotes: 0 }
    })
  })
  after(async () => {
    await service.close()
    await upstream.close()
  })

  const limitedWithoutExamples = Type.Object({ name: Type.String({ description: 'Name of the run.' }) }, { additionalProperties: false })
  const health = async (id: string): Promise<Answer['body']> => (await service.get(`/v1/brokers/${id}/health`)).body
  const check = async (id: string): Promise<Answer['body']> => (await service.post(`/v1/brokers/${id}/check`)).body
  const until = async (id: string, holds: (body: Answer['body']) => boolean): Promise<Answer['body']> => {
    for (;;) {
      const body = await health(id)
      if (holds(body)) return body
    }
  }

  it('is known before anything was asked', async () => {
    assert.deepEqual(await health('probed-broker'), {
      brokerId: 'probed-broker',
      status: 'ready',
      breaker: 'closed',
      breakerUntil: null,
      waitingUntil: null,
      waitingFor: null,
      lastSuccessAt: null,
      lastError: null,
      limits: { concurrency: 2, requests: { count: 40, seconds: 3600 } },
      budget: { running: 0, concurrencyLeft: 2, requestsLeft: 40, upstreamLeft: null, upstreamUntil: null }
    })
    assert.deepEqual((await service.get('/v1/brokers/probed-broker')).body.limits, {
      concurrency: 2,
      requests: { count: 40, seconds: 3600 }
    })
  })

  it('tells of the last success, and what is left of all limits', async () => {
    answer = () => ({ body: { user: 'x' }, headers: { 'x-rate-limit-remaining': '17', 'x-rate-limit-reset': '3000' } })
    const { checkedAt, ...rest } = await check('probed-broker')
    assert.deepEqual(rest, { ok: true, kind: null, detail: 'ProbedBroker answers and takes the credentials.', upstreamStatus: null })
    assert.ok(Date.parse(checkedAt) > Date.now() - 60_000)
    const { lastSuccessAt, budget } = await until('probed-broker', body => body.lastSuccessAt !== null && body.budget.running === 0)
    assert.ok(Date.parse(lastSuccessAt) <= Date.now())
    const { upstreamUntil, ...counts } = budget
    assert.deepEqual(counts, { running: 0, concurrencyLeft: 2, requestsLeft: 39, upstreamLeft: 17 })
    assert.ok(Date.parse(upstreamUntil) > Date.now() + 2_000_000)
  })

  it('tells of credentials that are refused, and of a broker that asks to be left alone, without any secret', async () => {
    answer = () => ({ status: 401, body: `Invalid token ${secret}.` })
    const refused = await check('probed-broker')
    assert.deepEqual([refused.ok, refused.kind, refused.upstreamStatus], [false, 'unauthorized', 401])
    assert.match(refused.detail, /answered 401: Invalid token \*\*\*\.$/)
    const { status, lastError, breaker } = await until('probed-broker', body => body.lastError !== null)
    assert.deepEqual([status, breaker, lastError.kind, lastError.upstreamStatus], ['failing', 'closed', 'unauthorized', 401])
    assert.equal((await service.get('/v1/brokers/probed-broker')).body.status, 'failing')
    answer = () => ({ status: 429, headers: { 'retry-after': '100' } })
    assert.equal((await check('probed-broker')).kind, 'rate-limited')
    const waiting = await until('probed-broker', body => body.waitingUntil !== null)
    assert.equal(waiting.waitingFor, 'broker')
    assert.ok(Date.parse(waiting.waitingUntil) > Date.now() + 50_000)
    const impatient = await check('probed-broker')
    assert.deepEqual([impatient.ok, impatient.kind], [false, 'rate-limited'])
    assert.match(impatient.detail, /^ProbedBroker has asked to be left alone until .* too long to wait for\.$/)
    for (const path of ['', '/probed-broker', '/probed-broker/health']) {
      assert.doesNotMatch((await service.get(`/v1/brokers${path}`)).text, /very-secret/)
    }
  })

  it('tells of a module that fails by itself, without its secret', async () => {
    const { ok, kind, detail } = await check('confused-broker')
    assert.deepEqual({ ok, kind, detail }, { ok: false, kind: 'module-failed', detail: 'The broker module failed: What is ***?' })
  })

  it('needs no request to tell of settings that are missing and of brokers that are gone', async () => {
    const unset = await check('unset-broker')
    assert.deepEqual([unset.ok, unset.kind, unset.detail], [false, 'needs-settings', 'The operator has not set apiToken.'])
    const retired = await check('retired-broker')
    assert.deepEqual(
      [retired.kind, retired.detail],
      [
        'retired',
        'ProbedBroker is gone since 2025-01-01: use probed-broker, or have BROKER_RETIRED_BROKER_BASE_URL set to a server that still answers as it did.'
      ]
    )
    assert.equal((await health('retired-broker')).status, 'retired')
    assert.equal((await health('unset-broker')).status, 'needs-settings')
  })

  it('asks for the example where a module has no probe', async () => {
    const { ok, detail } = await check('revived-broker')
    assert.deepEqual([ok, detail], [true, 'LimitedBroker answers; its example gives alerts.'])
    assert.equal((await service.post('/v1/brokers/wordless-broker/check')).status, 501)
  })

  it('takes a broker that is asked at an address of the operator for alive, whatever became of its own', async () => {
    const { status, retired } = (await service.get('/v1/brokers/revived-broker')).body
    assert.deepEqual([status, retired], ['ready', null])
  })

  it('opens the circuit breaker, which a check that goes well closes', async () => {
    alerts = () => ({ status: 500, body: 'broken' })
    for (let made = 0; made < 2; made++) assert.equal((await check('revived-broker')).kind, 'unreachable')
    const open = await until('revived-broker', body => body.breaker !== 'closed')
    assert.deepEqual([open.status, open.breaker, open.lastError.kind], ['failing', 'open', 'unreachable'])
    assert.ok(Date.parse(open.breakerUntil) > Date.now() + 10_000)
    const refused = await service.get('/v1/brokers/revived-broker/alerts/a')
    assert.match(refused.body.detail, /LimitedBroker has not answered lately and is not asked again before .* answered 500: broken$/)
    alerts = () => ({ body: [] })
    assert.equal((await check('revived-broker')).ok, true)
    assert.equal((await until('revived-broker', body => body.breaker === 'closed')).status, 'ready')
  })

  it('is of installed brokers only', async () => {
    assert.equal((await service.get('/v1/brokers/nope/health')).status, 404)
    assert.equal((await service.post('/v1/brokers/nope/check')).status, 404)
    assert.equal((await service.post('/v1/brokers/probed-broker/check', { deep: true })).status, 422)
  })
})
