import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { readAhead } from '../../src/runs/read-ahead.ts'

/** A source that says how many of its items were asked for. */
function countingSource(total: number) {
  const state = { asked: 0, isClosed: false }
  const source = async function* () {
    try {
      while (state.asked < total) yield ++state.asked
    } finally {
      state.isClosed = true
    }
  }
  return { state, source: source() }
}

test('every item comes once and in order, whether the source is asked ahead or not', async () => {
  for (const mayReadOn of [() => true, () => false, (item: number) => item % 3 === 0]) {
    assert.deepEqual(await Array.fromAsync(readAhead(countingSource(9).source, mayReadOn)), [1, 2, 3, 4, 5, 6, 7, 8, 9])
  }
})

test('the next item is asked for while the reader is at work, and never more than one', async () => {
  const { source, state } = countingSource(5)
  for await (const item of readAhead(source, () => true)) {
    await sleep(5)
    assert.equal(state.asked, Math.min(item + 1, 5))
  }
})

test('nothing is asked for ahead where an item does not let it', async () => {
  const { source, state } = countingSource(5)
  for await (const item of readAhead(source, item => item !== 3)) {
    await sleep(5)
    assert.equal(state.asked, item === 3 ? 3 : Math.min(item + 1, 5))
  }
})

test('a failure is thrown when its turn comes, after what came before it', async () => {
  const source = async function* () {
    yield 1
    throw new Error('cut')
  }
  const seen: number[] = []
  await assert.rejects(async () => {
    for await (const item of readAhead(source(), () => true)) {
      await sleep(5)
      seen.push(item)
    }
  }, /cut/)
  assert.deepEqual(seen, [1])
})

test('a reader that leaves closes the source and does not wait for it', async () => {
  const { source, state } = countingSource(5)
  for await (const _ of readAhead(source, () => true)) break
  await sleep(5)
  assert.equal(state.isClosed, true)

  const stuck = async function* () {
    yield 1
    await new Promise(() => {})
  }
  for await (const _ of readAhead(stuck(), () => true)) break
})
