import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { type AlertRowDraft, insertAlertRows } from '../helpers/alert-rows.ts'
import { type Service, startService } from '../helpers/service.ts'

let service: Service
before(async () => {
  service = await startService()
})
after(() => service.close())

async function targetOf(draft: AlertRowDraft) {
  const [alertId] = await insertAlertRows(service.database.pool, [draft])
  const answer = await service.post('/v1/targets', { alertId })
  assert.ok(answer.status < 300, answer.text)
  return answer.body
}

describe('what a broker calls the object of an alert', () => {
  it('is a name of the target, by which another alert of it is known wherever it is seen', async () => {
    const first = await targetOf({ name: 'SN 2026abc', objectId: 'ZTF26aaaaaaa', ra: 10, dec: 10 })
    assert.deepEqual(first.aliases, ['ZTF26aaaaaaa'])
    assert.equal((await service.get('/v1/targets?name=ztf-26-aaaaaaa')).body.items[0].id, first.id)
    const later = await targetOf({ name: 'Later', objectId: 'ZTF26aaaaaaa', ra: 10.01, dec: 10 })
    assert.deepEqual([later.id, later.match.rule, later.aliases], [first.id, 'name', ['ZTF26aaaaaaa', 'Later']])
  })

  it('is kept to the last digit, and no second name when it is another spelling of the first', async () => {
    const rubin = await targetOf({ name: 'LSST object', objectId: '170587116732416143', ra: 20, dec: 10 })
    assert.deepEqual(rubin.aliases, ['170587116732416143'])
    assert.deepEqual((await targetOf({ name: 'SN 2026xyz', objectId: '2026xyz', ra: 30, dec: 10 })).aliases, [])
  })

  it('names nothing when it is a small number, which every broker counts for itself', async () => {
    const one = await targetOf({ name: 'One', objectId: '12345', ra: 40, dec: 10 })
    const other = await targetOf({ name: 'Other', objectId: '12345', ra: 50, dec: 10 })
    assert.notEqual(one.id, other.id)
    assert.deepEqual([one.aliases, other.aliases], [[], []])
  })
})
