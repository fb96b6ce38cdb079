import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { type FastifyBaseLogger, fastify } from 'fastify'
import { pino } from 'pino'
import { BrokerError, type BrokerErrorKind } from '../../src/broker-kit/errors.ts'
import { layFoundation } from '../../src/http/foundation.ts'
import { conflict, gone, invalid } from '../../src/http/problems.ts'
import { requestLog } from '../../src/http/request-log.ts'

/** What the service answers, and logs, when a route throws. */
async function answerTo(thrown: unknown) {
  const lines: { level: number; msg: string; err?: { stack: string }; method?: string; url?: string; status?: number }[] = []
  const logger: FastifyBaseLogger = pino({ level: 'info' }, { write: line => void lines.push(JSON.parse(line)) })
  const app = fastify({ loggerInstance: logger, logController: requestLog() })
  layFoundation(app)
  app.get('/', () => Promise.reject(thrown))
  const answer = await app.inject('/')
  await app.close()
  return {
    status: answer.statusCode,
    headers: answer.headers,
    body: answer.json(),
    lines: lines.filter(({ msg }) => msg !== 'Answered.'),
    answered: lines.filter(({ msg }) => msg === 'Answered.')
  }
}

describe('an error', () => {
  it('that nobody expected is 500: logged once with its stack, and not told', async () => {
    const { status, body, lines } = await answerTo(new Error('password=hunter2 is wrong'))
    assert.equal(status, 500)
    assert.doesNotMatch(JSON.stringify(body), /hunter2|stack|at /)
    assert.equal(lines.length, 1)
    assert.equal(lines[0]?.level, 50)
    assert.match(lines[0]?.err?.stack ?? '', /hunter2[\s\S]+errors\.test\.ts/)
  })

  it('that is no Error at all is 500 as well', async () => {
    for (const thrown of ['text', null, undefined, 7, { statusCode: 404 }]) assert.equal((await answerTo(thrown)).status, 500)
  })

  it('of a database that is away is 503, to be asked again', async () => {
    const { status, headers, body } = await answerTo(
      Object.assign(new Error('connect ECONNREFUSED 10.1.2.3:5432'), { code: 'ECONNREFUSED' })
    )
    assert.equal(status, 503)
    assert.ok(headers['retry-after'])
    assert.doesNotMatch(JSON.stringify(body), /10\.1\.2\.3/)
  })

  it('of a broker says that it is the broker, of which kind, and whether asking again may help', async () => {
    const expected: [BrokerErrorKind, number][] = [
      ['unreachable', 504],
      ['rate-limited', 503],
      ['unauthorized', 502],
      ['not-found', 404],
      ['query-rejected', 422],
      ['bad-response', 502]
    ]
    for (const [kind, expectedStatus] of expected) {
      const { status, headers, body } = await answerTo(new BrokerError(kind, 'example.org is unwell', { upstreamStatus: 418 }))
      assert.equal(status, kind === 'unreachable' ? 502 : expectedStatus, kind)
      assert.match(body.detail, /broker.*example\.org is unwell/)
      assert.equal(body.broker.kind, kind)
      assert.equal(body.broker.upstreamStatus, 418)
      assert.match(body.type, /^\/problems\/[a-z-]*broker[a-z-]*$/)
      assert.equal(headers['retry-after'] !== undefined, kind === 'rate-limited')
    }
    assert.equal((await answerTo(new BrokerError('unreachable', 'example.org does not answer'))).status, 504)
  })

  it('of another copy of the kit is known as well', async () => {
    const foreign = Object.assign(new Error('gone fishing'), {
      [Symbol.for('tom-alerts-service.BrokerError')]: true,
      kind: 'not-found',
      retryable: false,
      upstreamStatus: null
    })
    assert.equal((await answerTo(foreign)).status, 404)
  })

  it('that a client caused is logged once, without a stack', async () => {
    const { lines } = await answerTo(invalid([{ pointer: '/name', message: 'is required' }]))
    assert.equal(lines.length, 1)
    assert.equal(lines[0]?.level, 30)
    assert.equal(lines[0]?.err, undefined)
  })

  it('is one line more for the request itself: what was asked, and how it went', async () => {
    const { answered } = await answerTo(conflict('Not now.'))
    assert.deepEqual(
      answered.map(({ method, url, status }) => [method, url, status]),
      [['GET', '/', 409]]
    )
  })

  it('can tell more than every problem does', async () => {
    const { status, body } = await answerTo(conflict('Two targets match.', { matches: [1, 2] }))
    assert.equal(status, 409)
    assert.deepEqual(body.matches, [1, 2])
    assert.equal((await answerTo(gone('It was here.'))).status, 410)
  })
})
