import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import fc from 'fast-check'
import { moves } from '../../src/targets/merge-store.ts'
import { insertAlertRows } from '../helpers/alert-rows.ts'
import { type Service, startService } from '../helpers/service.ts'

let service: Service
before(async () => {
  service = await startService()
})
after(() => service.close())

const unknown = '019a5c1e-7d3a-7c4e-9b1f-2f6f0f7a1c11'
let made = 0
async function make(facts: object = {}) {
  made += 1
  const body = { name: `Merged ${made}`, type: 'SIDEREAL', ra: made / 10, dec: 0, ...facts }
  const answer = await service.post('/v1/targets', body)
  assert.equal(answer.status, 201, answer.text)
  return { ...answer.body, path: `/v1/targets/${answer.body.id}` }
}

async function merge(into: { path: string }, from: { id: string }) {
  const answer = await service.post(`${into.path}/merge`, { from: from.id })
  assert.equal(answer.status, 200, answer.text)
  return answer.body
}

describe('merging two targets', () => {
  it('keeps what the one knows, and learns the rest from the other', async () => {
    const one = await make({ parallax: 0, pmRa: 1, extras: { host: 'NGC 1', a: 1 }, aliases: ['Own alias'] })
    const other = await make({
      parallax: 5,
      pmRa: 7,
      pmDec: 8,
      distance: 9,
      distanceErr: 1,
      epoch: 2015.5,
      extras: { host: 'NGC 2', b: false }
    })
    const merged = await merge(one, other)
    const { name, aliases, ra, parallax, pmRa, pmDec, distance, distanceErr, epoch, extras } = merged
    assert.deepEqual([name, aliases, ra], [one.name, ['Own alias', other.name], one.ra])
    assert.deepEqual([parallax, pmRa, pmDec, distance, distanceErr, epoch], [0, 1, null, 9, 1, null])
    assert.deepEqual(extras, { host: 'NGC 1', a: 1, b: false })
    assert.equal((await service.get(other.path)).status, 404)
    assert.deepEqual((await service.get(one.path)).body, merged)
    const answer = await service.patch(one.path, { name: other.name }, { 'if-match': '*' })
    assert.equal(answer.body.name, other.name)
  })

  it('moves alerts and lists, also where both have them', async () => {
    const alertIds = await insertAlertRows(
      service.database.pool,
      [1, 2, 3].map(n => ({ name: `Alert of merge ${n}`, ra: 300 + n, dec: 1 }))
    )
    const targets = await Promise.all(alertIds.map(async alertId => (await service.post('/v1/targets', { alertId })).body))
    const [shared, others] = await Promise.all(
      ['Shared', 'Others'].map(async name => (await service.post('/v1/target-lists', { name })).body)
    )
    await service.post(`/v1/target-lists/${shared.id}/targets`, { add: targets.map(({ id }) => id) })
    await service.post(`/v1/target-lists/${others.id}/targets`, { add: [targets[1].id] })
    const into = { path: `/v1/targets/${targets[0].id}` }
    await merge(into, targets[1])
    await merge(into, targets[2])
    const { body } = await service.get(`${into.path}/alerts`)
    assert.deepEqual(new Set(body.items.map(({ alertId }: { alertId: string }) => alertId)), new Set(alertIds))
    for (const list of [shared, others]) assert.equal((await service.get(`/v1/target-lists/${list.id}`)).body.size, 1)
    assert.equal((await service.get(`/v1/alerts/${alertIds[2]}`)).body.targetId, targets[0].id)
  })

  it('moves everything that belongs to a target, in whatever table', async () => {
    const { rows } = await service.database.pool.query<{ table: string }>(
      `SELECT table_name AS table FROM information_schema.columns WHERE table_schema = 'public' AND column_name = 'targetId'`
    )
    assert.deepEqual(rows.map(({ table }) => table).sort(), [...Object.keys(moves), 'PhotometryPoint'].sort())
  })

  it('is refused where it makes no sense', async () => {
    const one = await make()
    const orbit = {
      epochOfElements: 1,
      inclination: 1,
      lngAscNode: 1,
      argOfPerihelion: 1,
      eccentricity: 0,
      meanAnomaly: 1,
      semimajorAxis: 1
    }
    const comet = (await service.post('/v1/targets', { name: 'Moving', type: 'NON_SIDEREAL', scheme: 'MPC_MINOR_PLANET', ...orbit })).body
    const statusOf = async (path: string, from: unknown) => (await service.post(`${path}/merge`, { from })).status
    assert.equal(await statusOf(one.path, comet.id), 409)
    assert.equal(await statusOf(one.path, one.id), 422)
    assert.equal(await statusOf(one.path, unknown), 422)
    assert.equal(await statusOf(one.path, 'x'), 422)
    assert.equal(await statusOf(`/v1/targets/${unknown}`, one.id), 404)
  })

  it('is done once for an Idempotency-Key', async () => {
    const [one, other] = [await make(), await make()]
    const once = () => service.post(`${one.path}/merge`, { from: other.id }, { 'idempotency-key': 'merge once' })
    const [first, second] = [await once(), await once()]
    assert.deepEqual([second.status, second.text], [200, first.text])
  })

  it('keeps every name and every alert, whatever is merged into what', async () => {
    const sizes = fc.array(fc.record({ aliases: fc.nat({ max: 3 }), alerts: fc.nat({ max: 2 }) }), { minLength: 2, maxLength: 5 })
    await fc.assert(
      fc.asyncProperty(sizes, fc.infiniteStream(fc.nat()), async (shapes, choices) => {
        const targets = []
        for (const { aliases, alerts } of shapes) {
          const target = await make({ aliases: Array.from({ length: aliases }, (_, n) => `Alias ${n} of ${made}`) })
          const rows = Array.from({ length: alerts }, () => ({ name: target.name, ra: target.ra, dec: target.dec }))
          const alertIds = alerts > 0 ? await insertAlertRows(service.database.pool, rows) : []
          for (const alertId of alertIds) await service.post('/v1/targets', { alertId })
          targets.push({ ...target, alertIds })
        }
        const left = [...targets]
        while (left.length > 1) {
          const [from] = left.splice((choices.next().value ?? 0) % left.length, 1)
          const into = left[(choices.next().value ?? 0) % left.length]
          if (from && into) await merge(into, from)
        }
        const [last] = left
        const { body } = await service.get(last?.path ?? '')
        assert.deepEqual([body.name, ...body.aliases].sort(), targets.flatMap(({ name, aliases }) => [name, ...aliases]).sort())
        const alerts = await service.get(`${last?.path}/alerts?limit=500`)
        assert.deepEqual(
          alerts.body.items.map(({ alertId }: { alertId: string }) => alertId).sort(),
          targets.flatMap(({ alertIds }) => alertIds).sort()
        )
      }),
      { numRuns: 20 }
    )
  })

  it('never deadlocks and never loses both, when clients merge in all directions', async () => {
    for (let round = 0; round < 5; round++) {
      const [one, other] = [await make(), await make()]
      const answers = await Promise.all(
        Array.from({ length: 10 }, (_, n) =>
          n % 3 === 0
            ? service.post('/v1/targets', { name: `New name ${round} ${n}`, type: 'SIDEREAL', ra: other.ra, dec: 0 })
            : service.post(`${(n % 2 ? one : other).path}/merge`, { from: (n % 2 ? other : one).id })
        )
      )
      for (const { status, text } of answers) assert.ok(status < 500, text)
      const alive = await Promise.all([one, other].map(async ({ path }) => (await service.get(path)).status))
      assert.deepEqual(alive.sort(), [200, 404])
    }
  })
})
