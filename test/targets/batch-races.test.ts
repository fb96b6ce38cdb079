import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { type Answer, type Service, startService } from '../helpers/service.ts'
import { offset } from '../helpers/sky.ts'

let service: Service
before(async () => {
  service = await startService()
})
after(() => service.close())

const countTargets = async () => (await service.database.pool.query('SELECT count(*)::int AS count FROM "Target"')).rows[0].count

function assertAll(answers: readonly Answer[]): void {
  for (const { status, text } of answers) assert.ok(status === 200 || status === 201, text)
}

describe('many clients that make the same 200 objects at once', () => {
  const clients = 50
  const objects = 200
  const spellings = ['SN 2026', 'sn-2026', 'AT_2026', '2026', '(SN) 2026']
  const letters = (n: number) => String.fromCharCode(97 + Math.floor(n / 26), 97 + (n % 26))
  const placeOf = (n: number) => ({ ra: (n * 1.8 + 359.9999) % 360, dec: n === 0 ? 90 : n === 1 ? -90 : (n - 100) * 0.9 })
  const itemOf = (client: number, n: number) => ({
    // Half of the clients know an object by its name, in one spelling or another, the others only by where it is.
    name: client % 2 ? `${spellings[client % spellings.length]}${letters(n)}` : `Object ${n} of client ${client}`,
    type: 'SIDEREAL',
    ...offset(placeOf(n), { distance: 0.15, bearing: client * 7 })
  })

  it('get exactly 200 targets, in batches and one by one', async context => {
    const oneByOne = 5
    const inBatch = async (client: number) => {
      const items = Array.from({ length: objects }, (_, n) => itemOf(client, (n + client * 11) % objects))
      const answer = await service.post('/v1/targets/batch', { items })
      assertAll([answer])
      assert.equal(
        answer.body.rejected,
        0,
        JSON.stringify(answer.body.items.find(({ outcome }: { outcome: string }) => outcome === 'rejected'))
      )
      return answer.body.created
    }
    const singly = async (client: number) => {
      let created = 0
      for (let n = 0; n < objects; n++) {
        const answer = await service.post('/v1/targets', itemOf(client, (n + client * 11) % objects))
        assertAll([answer])
        if (answer.status === 201) created += 1
      }
      return created
    }
    const made = await Promise.all(Array.from({ length: clients }, (_, client) => (client < oneByOne ? singly(client) : inBatch(client))))
    const created = made.reduce((sum, count) => sum + count, 0)
    context.diagnostic(`${clients} clients asked ${clients * objects} times and made ${created} targets`)
    assert.equal(created, objects)
    assert.equal(await countTargets(), objects)
    const { rows } = await service.database.pool.query('SELECT count(*)::int AS count FROM "TargetName"')
    // One name by spelling, and one from each client that had a name of its own.
    assert.equal(rows[0].count, objects * (1 + clients / 2))
  })
})

describe('two batches of 10,000 at once', () => {
  it('that overlap neither deadlock nor make a target twice', async context => {
    const before = await countTargets()
    const total = 10_000
    const itemsFrom = (first: number) =>
      Array.from({ length: total }, (_, index) => {
        const n = first + index
        return { name: `Overlap ${n}`, type: 'SIDEREAL', ra: (n * 0.02) % 360, dec: -45.5 }
      })
    const forwards = itemsFrom(0)
    const backwards = itemsFrom(total / 2).reverse()
    const answers = await Promise.all([forwards, backwards].map(items => service.post('/v1/targets/batch', { items })))
    assertAll(answers)
    const [first, second] = answers.map(({ body }) => body)
    context.diagnostic(JSON.stringify([first, second].map(({ created, linked, rejected }) => ({ created, linked, rejected }))))
    assert.equal(first.created + second.created, 1.5 * total)
    assert.equal(first.linked + second.linked, total / 2)
    assert.equal(await countTargets(), before + 1.5 * total)
  })
})
