import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { createLine } from '../../src/outbound/waiting.ts'

setFlagsFromString('--expose-gc')
const collectGarbage: () => void = runInNewContext('gc')

test('a line keeps nothing of those who have had their turn', async () => {
  const line = createLine()
  const { signal } = new AbortController()
  const past: WeakRef<object>[] = []
  for (let count = 0; count < 100; count++) {
    await line.inTurn(signal, async () => {
      const pass = { count }
      past.push(new WeakRef(pass))
      return pass
    })
  }
  await turn()
  collectGarbage()
  assert.equal(past.filter(pass => pass.deref() !== undefined).length, 0)
})

test('a line goes on behind those who fail, and behind those who leave it', async () => {
  const line = createLine()
  const { signal } = new AbortController()
  const leaver = new AbortController()
  const order: string[] = []
  const first = Promise.withResolvers<void>()
  const turns = [
    line.inTurn(signal, async () => {
      await first.promise
      order.push('first')
      throw new Error('It failed.')
    }),
    line.inTurn(leaver.signal, async () => order.push('left')),
    line.inTurn(signal, async () => order.push('last'))
  ]
  leaver.abort(new Error('It left.'))
  await assert.rejects(async () => turns[1], /It left/)
  first.resolve()
  await assert.rejects(async () => turns[0], /It failed/)
  await turns[2]
  assert.deepEqual(order, ['first', 'last'])
})
