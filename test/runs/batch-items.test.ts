import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import fc from 'fast-check'
import { batchItems } from '../../src/runs/batch-items.ts'

const sizeOf = (item: unknown) => String(item).length
const idle = () => new AbortController().signal
const patient = () => ({ items: 3, characters: 1000, milliseconds: 10_000 })

async function* count(to: number) {
  for (let index = 1; index <= to; index++) yield index
}

test('every item comes once and in order, in batches no larger than asked for', async () => {
  await fc.assert(
    fc.asyncProperty(fc.nat({ max: 60 }), fc.integer({ min: 1, max: 7 }), async (total, most) => {
      const seen: number[] = []
      const limits = () => ({ items: most, characters: 1000, milliseconds: 10_000 })
      for await (const { items, ended } of batchItems({ source: count(total), limits, sizeOf, signal: idle() })) {
        assert.ok(items.length <= most)
        if (!ended) assert.equal(items.length, most)
        seen.push(...items)
      }
      assert.deepEqual(seen, await Array.fromAsync(count(total)))
    })
  )
})

test('a batch is full when it holds enough text', async () => {
  const limits = () => ({ items: 100, characters: 4, milliseconds: 10_000 })
  const batches = await Array.fromAsync(batchItems({ source: count(12), limits, sizeOf, signal: idle() }), ({ items }) => items)
  assert.deepEqual(batches, [[1, 2, 3, 4], [5, 6, 7, 8], [9, 10, 11], [12]])
})

test('a source that never waits does not keep the process from anything else', async () => {
  let turns = 0
  const others = setInterval(() => turns++, 1)
  async function* busy() {
    for (const until = performance.now() + 200; performance.now() < until; ) yield 'item'
  }
  const limits = () => ({ items: Number.POSITIVE_INFINITY, characters: Number.POSITIVE_INFINITY, milliseconds: 10_000 })
  await Array.fromAsync(batchItems({ source: busy(), limits, sizeOf, signal: idle() }))
  clearInterval(others)
  assert.ok(turns >= 10, `others had ${turns} turns in 200 ms`)
})

test('what has come is handed over in time, while the next item is still awaited', async () => {
  async function* slow() {
    yield 'first'
    await sleep(150)
    yield 'second'
  }
  const limits = () => ({ items: 100, characters: 1000, milliseconds: 40 })
  const batches = await Array.fromAsync(batchItems({ source: slow(), limits, sizeOf, signal: idle() }), ({ items }) => items)
  assert.deepEqual(batches[0], ['first'])
  assert.deepEqual(batches.flat(), ['first', 'second'])
})

test('what came before a failure is handed over before it is thrown', async () => {
  async function* failing() {
    yield 1
    throw new Error('cut')
  }
  const batches: number[][] = []
  await assert.rejects(async () => {
    for await (const { items } of batchItems({ source: failing(), limits: patient, sizeOf, signal: idle() })) batches.push(items)
  }, /cut/)
  assert.deepEqual(batches, [[1]])
})

test('the signal ends it even when the source does not listen', async () => {
  const controller = new AbortController()
  async function* deaf() {
    yield 1
    await sleep(60_000, undefined, { ref: false })
  }
  const batches: number[][] = []
  setTimeout(() => controller.abort(new Error('cancelled')), 30)
  await assert.rejects(async () => {
    for await (const { items } of batchItems({ source: deaf(), limits: patient, sizeOf, signal: controller.signal })) batches.push(items)
  }, /cancelled/)
  assert.deepEqual(batches, [[1]])
})

test('at most one item is asked for ahead of a slow reader', async () => {
  let asked = 0
  async function* counted() {
    for (;;) yield ++asked
  }
  for await (const { items } of batchItems({ source: counted(), limits: patient, sizeOf, signal: idle() })) {
    await sleep(20)
    assert.ok(asked <= (items.at(-1) ?? 0) + 1)
    if (asked > 8) break
  }
})

test('a reader that leaves closes the source', async () => {
  let closed = false
  async function* source() {
    try {
      for (;;) yield 1
    } finally {
      closed = true
    }
  }
  for await (const _ of batchItems({ source: source(), limits: patient, sizeOf, signal: idle() })) break
  await sleep(1)
  assert.equal(closed, true)
})
