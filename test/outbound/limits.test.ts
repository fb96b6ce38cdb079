import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { isBrokerError } from '../../src/broker-kit/index.ts'
import { end, failed, openTwoGates } from '../helpers/gates.ts'
import { recordStatements } from '../helpers/statements.ts'

/** Whether a promise is still pending after a while [ms]. */
async function waits(work: Promise<unknown>, milliseconds = 250): Promise<boolean> {
  const settled = work.then(
    () => false,
    () => false
  )
  return Promise.race([settled, sleep(milliseconds).then(() => true)])
}

test('without limits, requests that go well ask the database nothing', async t => {
  await using two = await openTwoGates({})
  end(await two.enter(0))
  await sleep(100)
  const statements = recordStatements(t)
  for (let request = 0; request < 100; request++) end(await two.enter(0))
  assert.deepEqual(statements, [])
})

test('as many requests as are allowed run at once, in all processes together', async () => {
  await using two = await openTwoGates({ concurrency: 2 })
  const [first, second] = [await two.enter(0), await two.enter(1)]
  const third = two.enter(0)
  const fourth = two.enter(1)
  assert.equal(await waits(Promise.any([third, fourth])), true)
  end(first)
  const next = await Promise.race([third, fourth])
  assert.equal(await waits(Promise.all([third, fourth])), true)
  next.leave()
  second.leave()
  await Promise.all([third, fourth])
})

test('requests of one process go in the order in which they came, and one that is cancelled leaves at once', async () => {
  await using two = await openTwoGates({ concurrency: 1 })
  const first = await two.enter(0)
  const cancel = new AbortController()
  const order: string[] = []
  const [b, c, d] = ['b', 'c', 'd'].map(name =>
    two.enter(0, name === 'c' ? { signal: cancel.signal } : {}).then(pass => {
      order.push(name)
      pass.leave()
    })
  )
  const reason = new Error('nobody wants it any more')
  cancel.abort(reason)
  await assert.rejects(c ?? Promise.resolve(), error => error === reason)
  assert.deepEqual(order, [])
  first.leave()
  await Promise.all([b, d])
  assert.deepEqual(order, ['b', 'd'])
  await assert.rejects(two.enter(0, { signal: AbortSignal.abort(reason) }), error => error === reason)
})

test('cancelling ends a wait at once, for whatever it waits', async () => {
  for (const limits of [{ concurrency: 1 }, { requests: { count: 1, seconds: 1000 } }]) {
    await using two = await openTwoGates(limits)
    const pass = await two.enter(0)
    const cancel = new AbortController()
    const work = two.enter(1, { signal: cancel.signal })
    assert.equal(await waits(work), true)
    const reason = new Error('cancelled')
    const begun = performance.now()
    cancel.abort(reason)
    await assert.rejects(work, error => error === reason)
    assert.ok(performance.now() - begun < 1000)
    pass.leave()
  }
})

test('a period begins when a request ends, and holds no more than its count for all processes', async () => {
  await using two = await openTwoGates({ requests: { count: 3, seconds: 1 } })
  const ends: number[] = []
  const begins: number[] = []
  const ask = async (process: 0 | 1) => {
    const pass = await two.enter(process)
    begins.push(performance.now())
    await sleep(Math.random() * 100)
    ends.push(performance.now())
    end(pass)
  }
  await Promise.all(Array.from({ length: 10 }, (_, index) => ask(index % 2 === 0 ? 0 : 1)))
  for (const begin of begins) assert.ok(ends.filter(time => time < begin && time > begin - 1000).length < 3)
  assert.ok(Math.max(...begins) - Math.min(...begins) > 3000)
})

test('the place of a process that died is free when its lease is over, and one that lives keeps its place', async () => {
  await using two = await openTwoGates({ concurrency: 1 }, { lease: 500, renewal: 100_000 })
  await two.enter(0)
  const begun = performance.now()
  const second = await two.enter(1)
  assert.ok(performance.now() - begun > 300)
  second.leave()
  await using living = await openTwoGates({ concurrency: 1 }, { lease: 500, renewal: 100 })
  const pass = await living.enter(0)
  const next = living.enter(1)
  assert.equal(await waits(next, 1500), true)
  pass.leave()
  await next
})

test('a process that ends gives its places back', async () => {
  await using two = await openTwoGates({ concurrency: 1 })
  await two.enter(0)
  await two.gates[0].close()
  await two.enter(1)
})

test('who cannot wait is told at once what there is to wait for', async () => {
  await using two = await openTwoGates({ requests: { count: 1, seconds: 3600 } })
  end(await two.enter(0))
  for (const process of [0, 1] as const) {
    await assert.rejects(two.enter(process, { asker: { longestWait: 1000 } }), error => {
      assert.ok(isBrokerError(error))
      assert.equal(error.kind, 'rate-limited')
      assert.match(
        error.message,
        /^LimitedBroker takes 1 requests in 1 h, which are used up until .* UTC, which is too long to wait for\.$/
      )
      return true
    })
  }
  const cancel = new AbortController()
  const patient = two.enter(0, { signal: cancel.signal })
  await assert.rejects(two.enter(0, { asker: { longestWait: 300 } }), /too long to wait for/)
  cancel.abort()
  await assert.rejects(patient)
})

test('long waits are told, once for each reason, to all who wait; short ones are not', async () => {
  await using two = await openTwoGates({ concurrency: 1, requests: { count: 2, seconds: 3600 } }, { toldWait: 150, poll: 50 })
  const told: string[] = []
  const waiting: boolean[] = []
  const options = { onWait: (message: string) => told.push(message), asker: { onWaiting: (isWaiting: boolean) => waiting.push(isWaiting) } }
  const first = await two.enter(0, options)
  const second = two.enter(0, options)
  await sleep(50)
  first.leave()
  await (await second).leave()
  assert.deepEqual([told, waiting], [[], []])
  const cancel = new AbortController()
  const third = two.enter(0, { ...options, signal: cancel.signal })
  assert.equal(await waits(third, 400), true)
  assert.deepEqual(waiting, [true])
  assert.equal(told.length, 1)
  assert.match(told[0] ?? '', /takes 2 requests in 1 h, which are used up until/)
  cancel.abort()
  await assert.rejects(third)
  assert.deepEqual(waiting, [true, false])
})

test('what the broker says is left of its own limit is kept, whatever requests are under way', async () => {
  await using two = await openTwoGates({ concurrency: 3 })
  const [first, second] = [await two.enter(0), await two.enter(1)]
  end(first, { rate: { remaining: 1, resetsIn: 60_000 } })
  await sleep(50)
  const third = two.enter(0)
  assert.equal(await waits(third), true, 'the one that is left may be the one under way')
  second.leave()
  const pass = await third
  end(pass, { rate: { remaining: 0, resetsIn: 700 } })
  const cancel = new AbortController()
  const fourth = two.enter(1, { signal: cancel.signal })
  assert.equal(await waits(fourth, 400), true)
  cancel.abort()
  await assert.rejects(fourth)
})

test('while the database is away, requests wait for it', async t => {
  await using two = await openTwoGates({ concurrency: 1 }, { poll: 50 })
  const { pool } = two.databases[0]
  let failures = 3
  const { connect } = pool
  t.mock.method(pool, 'connect', (...parameters: []) => {
    const isTransaction = parameters.length === 0
    if (isTransaction && failures-- > 0) return Promise.reject(new Error('the database is away'))
    return Reflect.apply(connect, pool, parameters)
  })
  end(await two.enter(0))
  assert.ok(failures <= 0)
  failures = 100
  await assert.rejects(two.enter(0, { asker: { longestWait: 120 } }), /the database is away/)
  failures = 0
  end(await two.enter(0), failed('not-found'))
})
