import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { type BrokerErrorKind, isBrokerError } from '../../src/broker-kit/index.ts'
import type { Policy } from '../../src/outbound/policy.ts'
import { end, failed, openTwoGates, type TwoGates } from '../helpers/gates.ts'

const quick: Partial<Policy> = { failuresToOpen: 3, firstOpening: 1200, longestOpening: 5_000, poll: 50 }

/** Lets requests fail one after the other. */
async function fail(two: TwoGates, kinds: readonly BrokerErrorKind[]): Promise<void> {
  for (const kind of kinds) end(await two.enter(0), failed(kind))
  await sleep(300)
}

async function assertOpen(two: TwoGates, process: 0 | 1): Promise<void> {
  await assert.rejects(two.enter(process), error => {
    assert.ok(isBrokerError(error))
    assert.equal(error.kind, 'unreachable')
    assert.match(error.message, /^LimitedBroker has not answered lately and is not asked again before .* UTC\. Last: it is unreachable$/)
    return true
  })
}

for (const limits of [{}, { concurrency: 2 }]) {
  const title = 'concurrency' in limits ? 'with limits' : 'without limits'

  test(`${title}: a broker that does not answer several times in a row is left alone by all processes for a while`, async () => {
    await using two = await openTwoGates(limits, quick)
    await fail(two, ['unreachable', 'unreachable'])
    end(await two.enter(1))
    await fail(two, ['unreachable'])
    await assertOpen(two, 0)
    await assertOpen(two, 1)
  })

  test(`${title}: then one request tries whether it is back, and the others wait for what it finds`, async () => {
    await using two = await openTwoGates(limits, quick)
    await fail(two, ['unreachable', 'unreachable', 'unreachable'])
    await sleep(1300)
    const asking = ([0, 1, 0, 1] as const).map(process => two.enter(process))
    const probe = await Promise.race(asking)
    let others = 0
    const all = asking.map(async asked => {
      const pass = await asked
      if (pass === probe) return
      others++
      end(pass)
    })
    await sleep(300)
    assert.equal(others, 0)
    end(probe)
    await Promise.all(all)
    end(await two.enter(0))
  })

  test(`${title}: when it is not back, it is left alone for twice as long`, async () => {
    await using two = await openTwoGates(limits, { ...quick, firstOpening: 1000 })
    await fail(two, ['unreachable', 'unreachable', 'unreachable'])
    await sleep(1000)
    const probe = await two.enter(1)
    const other = two.enter(0).catch(error => error)
    end(probe, failed('unreachable'))
    assert.equal((await other).kind, 'unreachable')
    await sleep(1100)
    await assertOpen(two, 0)
    await sleep(1000)
    end(await two.enter(0))
  })

  test(`${title}: a request that tries and is cancelled leaves the try to the next`, async () => {
    await using two = await openTwoGates(limits, quick)
    await fail(two, ['unreachable', 'unreachable', 'unreachable'])
    await sleep(1300)
    const probe = await two.enter(0)
    const next = two.enter(1)
    probe.leave()
    end(await next)
  })

  test(`${title}: a check passes, and shows all processes that it is back`, async () => {
    await using two = await openTwoGates(limits, { ...quick, firstOpening: 60_000, longestOpening: 60_000 })
    await fail(two, ['unreachable', 'unreachable', 'unreachable'])
    await assertOpen(two, 1)
    end(await two.enter(0, { asker: { isCheck: true } }), failed('unreachable'))
    await assertOpen(two, 1)
    end(await two.enter(0, { asker: { isCheck: true } }))
    await sleep(200)
    end(await two.enter(1))
  })

  test(`${title}: the Retry-After of one request holds for all of them, in all processes`, async () => {
    await using two = await openTwoGates(limits, quick)
    const asked = performance.now()
    end(await two.enter(0), failed('rate-limited', { retryAfter: 900, upstreamStatus: 429 }))
    await sleep(100)
    await assert.rejects(two.enter(1, { asker: { longestWait: 100 } }), /has asked to be left alone until .* too long to wait for/)
    await Promise.all([two.enter(0), two.enter(1)])
    assert.ok(performance.now() - asked > 850)
  })
}

test('only silence and failures of the broker count: an answer of any other kind shows that it is there', async () => {
  await using two = await openTwoGates({}, quick)
  await fail(two, [
    'unreachable',
    'unreachable',
    'not-found',
    'unreachable',
    'unreachable',
    'query-rejected',
    'bad-response',
    'unauthorized'
  ])
  end(await two.enter(0))
})

test('a broker is left alone for as long as it asks with 429 or 503, for a moment when it does not say, and never for ever', async () => {
  const policy = { ...quick, usualPause: 400, longestPause: 800 }
  const cases = [
    { report: failed('rate-limited', { upstreamStatus: 429 }), least: 350 },
    { report: failed('unreachable', { upstreamStatus: 503, retryAfter: 500 }), least: 450 },
    { report: failed('rate-limited', { upstreamStatus: 429, retryAfter: 1e12 }), least: 750 },
    { report: { rate: { remaining: 0, resetsIn: 500 } }, least: 450 },
    { report: { rate: { remaining: 0, resetsIn: 1e12 } }, least: 750 },
    { report: { rate: { remaining: 1, resetsIn: 1e12 } }, least: 0 },
    { report: failed('unreachable', { upstreamStatus: 503 }), least: 0 }
  ]
  for (const { report, least } of cases) {
    await using two = await openTwoGates({}, policy)
    const asked = performance.now()
    end(await two.enter(0), report)
    await sleep(50)
    await two.enter(1, { asker: { longestWait: least === 0 ? 0 : 10_000 } })
    const waited = performance.now() - asked
    assert.ok(waited >= least, `${JSON.stringify(report)}: ${waited} ms`)
  }
})

test('what the processes know outlives them', async () => {
  await using two = await openTwoGates({}, { ...quick, firstOpening: 60_000, longestOpening: 60_000 })
  await fail(two, ['unreachable', 'unreachable', 'unreachable'])
  await using later = await two.reopen()
  await assertOpen(later, 1)
})
