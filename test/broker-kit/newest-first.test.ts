import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { BrokerError, compileCheck, isBrokerError, Type, withSource } from '../../src/broker-kit/index.ts'
import { newestFirst } from '../../src/broker-kit/newest-first.ts'

interface Item {
  readonly id: number
  readonly object: number
  readonly time: number
}

interface Reading {
  readonly items: readonly Item[]
  /** Most items that the broker answers, whatever it is asked. */
  readonly cap?: number
  /** Whether the broker keeps only the newest item of each object of a page. */
  readonly thinned?: boolean
  readonly since?: number | null
  readonly resumeFrom?: string | null
}

const isItem = compileCheck(Type.Object({ id: Type.Number(), object: Type.Number(), time: Type.Number() }))

/** Reads items as from a broker that answers the newest ones up to an instant. */
async function read({ items, cap = Number.POSITIVE_INFINITY, thinned = false, since = null, resumeFrom = null }: Reading) {
  const sorted = items.toSorted((a, b) => b.time - a.time)
  const checkpoints: { token: string; before: number }[] = []
  const ids: number[] = []
  let pages = 0
  const reading = newestFirst({
    async *ask({ size, until }) {
      pages++
      const page = sorted.filter(({ time }) => until === null || time <= until).slice(0, Math.min(size, cap))
      const seen = new Set<number>()
      for (const item of page) {
        if (!thinned || !seen.has(item.object)) yield item
        seen.add(item.object)
      }
    },
    timeOf: item => (isItem(item) ? item.time : null),
    since,
    thinned,
    context: { resumeFrom, checkpoint: token => checkpoints.push({ token, before: ids.length }) }
  })
  for await (const item of reading) ids.push(isItem(item) ? item.id : -1)
  return { ids, checkpoints, pages }
}

const itemsOf = (times: readonly number[]): Item[] => times.map((time, id) => ({ id, object: id % 7, time }))
const times = fc.array(fc.integer({ min: 0, max: 40 }), { maxLength: 400 })

describe('reading newest first', () => {
  test('yields every alert once, newest first, however many share an instant', async () => {
    await fc.assert(
      fc.asyncProperty(times, async times => {
        const items = itemsOf(times)
        const { ids } = await read({ items })
        assert.deepEqual(
          ids.toSorted((a, b) => a - b),
          items.map(({ id }) => id)
        )
        const found = ids.map(id => items[id]?.time ?? -1)
        assert.deepEqual(
          found,
          found.toSorted((a, b) => b - a)
        )
      }),
      { numRuns: 100 }
    )
  })

  test('goes on from any checkpoint without loss or repeat', async () => {
    await fc.assert(
      fc.asyncProperty(times, async times => {
        const items = itemsOf(times)
        const { ids, checkpoints } = await read({ items })
        for (const { token, before } of checkpoints) assert.deepEqual((await read({ items, resumeFrom: token })).ids, ids.slice(before))
      }),
      { numRuns: 50 }
    )
  })

  test('loses nothing to a broker that caps its pages below what it is asked', async () => {
    const items = itemsOf(Array.from({ length: 1000 }, (_, index) => index))
    const { ids } = await read({ items, cap: 60 })
    assert.equal(new Set(ids).size, 1000)
  })

  test('asks no more than needed, in pages that grow', async () => {
    const items = itemsOf(Array.from({ length: 1000 }, (_, index) => index))
    assert.equal((await read({ items: items.slice(0, 49) })).pages, 1)
    assert.equal((await read({ items })).pages, 6)
    assert.equal((await read({ items, since: 900 })).pages, 2)
  })

  test('misses no object when only the newest alert of each comes back', async () => {
    const items = itemsOf(Array.from({ length: 9000 }, (_, index) => index)).map(item =>
      item.id < 5 ? { ...item, object: 100 + item.id } : item
    )
    const { ids } = await read({ items, thinned: true })
    assert.equal(new Set(ids).size, ids.length)
    assert.deepEqual(new Set(ids.map(id => items[id]?.object)), new Set(items.map(({ object }) => object)))
  })

  test('yields what it held back when the next page fails, or breaks off', async () => {
    const items = itemsOf(Array.from({ length: 60 }, (_, index) => (index < 48 ? 100 - index : 50 - index / 60)))
    const sent = items.map(item => withSource(item, JSON.stringify(item)))
    for (const came of [0, 1, 5]) {
      const ids: number[] = []
      const reading = newestFirst({
        async *ask({ size, until }) {
          const page = sent.filter(({ time }) => until === null || time <= until).slice(0, size)
          yield* until === null ? page : page.slice(0, came)
          if (until !== null) throw new BrokerError('unreachable', 'broke the connection')
        },
        timeOf: item => (isItem(item) ? item.time : null),
        since: null,
        context: { resumeFrom: null, checkpoint() {} }
      })
      const read = async () => {
        for await (const item of reading) ids.push(isItem(item) ? item.id : -1)
      }
      await assert.rejects(read, isBrokerError)
      assert.deepEqual(
        ids,
        items.slice(0, 50 + Math.max(0, came - 1)).map(({ id }) => id)
      )
    }
  })

  test('ends in a bad response where older alerts cannot be asked for', async () => {
    const same = itemsOf(Array.from({ length: 51_300 }, () => 7))
    await assert.rejects(read({ items: same }), error => isBrokerError(error) && /one instant 7/.test(error.message))
    const timeless = newestFirst({
      ask: async function* () {
        for (let index = 0; index < 50; index++) yield {}
      },
      timeOf: () => null,
      since: null,
      context: { resumeFrom: null, checkpoint() {} }
    })
    await assert.rejects(Array.fromAsync(timeless), error => isBrokerError(error) && /says when it was/.test(error.message))
  })
})
