import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { defineBroker, Type } from '../../src/broker-kit/index.ts'
import { insertAlertRows } from '../helpers/alert-rows.ts'
import { type Service, startService } from '../helpers/service.ts'

const Comet = Type.Object({ orbitId: Type.String(), q: Type.Number(), note: Type.Optional(Type.String()) })

/** Knows more of an object than a generic alert can say. */
const comets = defineBroker({
  id: 'comets',
  name: 'Comets',
  docs: 'https://example.org/',
  baseUrl: 'https://example.org/',
  surveys: ['LSST'],
  scoreDescription: 'None.',
  parameters: Type.Object({}, { additionalProperties: false }),
  alert: Comet,
  async *fetchAlerts() {},
  toGenericAlert: ({ orbitId }) => ({
    id: orbitId,
    name: orbitId,
    timestamp: null,
    url: null,
    ra: null,
    dec: null,
    mag: null,
    score: null
  }),
  toTarget: ({ orbitId, q, note }, { name }) => ({
    name,
    type: 'NON_SIDEREAL',
    scheme: 'MPC_COMET',
    aliases: [`orbit ${orbitId}`],
    extras: { orbitId, ...(note !== undefined && { note }) },
    elements: {
      perihdist: q,
      epochOfPerihelion: 60_000,
      epochOfElements: 60_000,
      inclination: 0,
      lngAscNode: 0,
      argOfPerihelion: 0,
      eccentricity: 1
    }
  })
})

describe('a target of a module that knows more', () => {
  let service: Service
  before(async () => {
    service = await startService({ modules: [comets] })
  })
  after(() => service.close())

  const post = async (draft: Parameters<typeof insertAlertRows>[1][number]) => {
    const [alertId] = await insertAlertRows(service.database.pool, [{ brokerId: 'comets', ...draft }])
    return service.post('/v1/targets', { alertId })
  }

  it('is what the module makes of the raw alert, with exact ids', async () => {
    const { status, body } = await post({ name: 'C/2026 A1', raw: '{"orbitId": 170587116732416143, "q": 0}' })
    assert.equal(status, 201)
    assert.deepEqual([body.type, body.scheme, body.perihdist, body.ra], ['NON_SIDEREAL', 'MPC_COMET', 0, null])
    assert.deepEqual([body.aliases, body.extras], [['orbit 170587116732416143'], { orbitId: '170587116732416143' }])
  })

  it('is what the generic alert says when the module can no longer read the raw one', async () => {
    for (const [name, raw] of [
      ['Old shape', '{"orbit": "x"}'],
      ['Not JSON', '<alert/>']
    ] as const) {
      const { status, body } = await post({ name, raw, ra: 10, dec: 10 + name.length })
      assert.deepEqual([status, body.type, body.name], [201, 'SIDEREAL', name])
    }
  })

  it('is refused when the module makes none of it', async () => {
    const { status, body } = await post({ name: 'C/2026 A2', raw: '{"orbitId": "2", "q": -1, "note": "\\u0000"}' })
    assert.equal(status, 422)
    assert.deepEqual(
      body.errors.map(({ message }: { message: string }) => message),
      ['makes no target: extras/note must hold neither U+0000 nor a lone surrogate', 'makes no target: perihdist must be >= 0']
    )
  })

  it('links an alert of a moving object to its target by name alone', async () => {
    const first = await post({ name: 'C/2026 A3', raw: '{"orbitId": "3", "q": 1}' })
    const second = await post({ name: 'c/2026 a3', raw: '{}', ra: 100, dec: 0 })
    assert.deepEqual([second.status, second.body.id, second.body.type], [200, first.body.id, 'NON_SIDEREAL'])
    assert.equal(second.body.match.separation, null)
  })
})
