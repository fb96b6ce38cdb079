import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { lightCurve, lookAhead, type PhotometryPoint } from '../../src/broker-kit/index.ts'

const later = () => new Promise(resolve => setTimeout(resolve, 1))

describe('Looking ahead', () => {
  test('keeps the order of the items and never does more at once than it may', async () => {
    let underWay = 0
    let most = 0
    const work = async (item: number) => {
      most = Math.max(most, ++underWay)
      for (let turn = 0; turn < 5 - (item % 5); turn++) await later()
      underWay--
      return item * 2
    }
    const items = Array.from({ length: 30 }, (_, index) => index)
    assert.deepEqual(
      await Array.fromAsync(lookAhead(items, { atOnce: 4, work })),
      items.map(item => item * 2)
    )
    assert.equal(most, 4)
  })

  test('begins with one item, for a reader who wants no more', async () => {
    const begun: number[] = []
    const work = async (item: number) => {
      begun.push(item)
      return item
    }
    for await (const item of lookAhead([1, 2, 3, 4], { atOnce: 4, work })) {
      assert.equal(item, 1)
      break
    }
    assert.deepEqual(begun, [1])
  })

  test('yields what came before a failure, and then throws it', async () => {
    const work = async (item: number) => {
      if (item === 3) throw new Error('the third')
      await later()
      return item
    }
    const seen: number[] = []
    await assert.rejects(async () => {
      for await (const item of lookAhead([1, 2, 3, 4, 5], { atOnce: 4, work })) seen.push(item)
    }, /the third/)
    assert.deepEqual(seen, [1, 2])
  })
})

describe('A light curve', () => {
  const point = (changes: Partial<PhotometryPoint>): PhotometryPoint => ({
    sourceId: null,
    timestamp: '2020-01-01T00:00:00.000Z',
    kind: 'detection',
    survey: null,
    telescope: null,
    band: 'g',
    mag: 20,
    magError: null,
    flux: null,
    fluxError: null,
    ...changes
  })

  test('is in order of time and has each measurement once', () => {
    const [late, early] = [point({ sourceId: '2', timestamp: '2020-01-02T00:00:00.000Z' }), point({ sourceId: '1' })]
    const [limit, otherBand] = [point({ kind: 'limit' }), point({ kind: 'limit', band: 'r' })]
    assert.deepEqual(lightCurve([late, early, { ...early, mag: 19 }, limit, { ...limit }, otherBand]), [early, limit, otherBand, late])
  })
})
