import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { GenericAlert } from '../../src/domain/alert.ts'
import { AlertCondition, conditionComplaints, holdsFor } from '../../src/domain/alert-condition.ts'
import { compileCheck } from '../../src/domain/schema.ts'

const now = new Date('2027-03-01T00:00:00Z')
const nothing: GenericAlert = { id: '1', name: 'A', timestamp: null, ra: null, dec: null, mag: null, score: null, url: null }
const alert: GenericAlert = {
  ...nothing,
  timestamp: '2027-02-27T00:00:00Z',
  ra: 0,
  dec: 0,
  mag: 0,
  score: 0,
  survey: 'ZTF',
  band: 'r',
  detections: 0,
  classifications: [
    { label: 'SN Ia', probability: 0.7, classifier: 'stamp' },
    { label: 'AGN', probability: null, classifier: null },
    { label: 'SN II', probability: 0.2, classifier: 'stamp' }
  ]
}
const check = compileCheck(AlertCondition)

describe('a condition', () => {
  const cases: readonly [holds: boolean, condition: AlertCondition][] = [
    [true, {}],
    [true, { mag: { max: 0 } }],
    [true, { mag: { min: 0, max: 0 } }],
    [false, { mag: { min: 0.1 } }],
    [false, { mag: { max: -0.1 } }],
    [true, { score: { min: 0 } }],
    [false, { score: { min: 1e-9 } }],
    [true, { detections: { max: 0 } }],
    [false, { detections: { min: 1 } }],
    [true, { classification: { label: 'sn ia' } }],
    [true, { classification: { label: 'SN Ia', minProbability: 0.7, classifier: 'Stamp' } }],
    [false, { classification: { label: 'SN Ia', minProbability: 0.71 } }],
    [false, { classification: { label: 'SN II', minProbability: 0.5 } }],
    [false, { classification: { label: 'SN' } }],
    [true, { classification: { label: 'AGN' } }],
    [false, { classification: { label: 'AGN', minProbability: 0 } }],
    [false, { classification: { label: 'SN Ia', classifier: 'light curve' } }],
    [true, { maxAgeDays: 2 }],
    [false, { maxAgeDays: 1.99 }],
    [true, { cone: { ra: 359.999, dec: 0, radius: 3.61 } }],
    [false, { cone: { ra: 359.999, dec: 0, radius: 3.59 } }],
    [true, { surveys: ['LSST', 'ztf'] }],
    [false, { surveys: ['LSST'] }],
    [true, { bands: ['g', 'r'] }],
    [false, { bands: ['R'] }],
    [true, { mag: { max: 1 }, surveys: ['ZTF'], maxAgeDays: 3 }],
    [false, { mag: { max: 1 }, surveys: ['LSST'], maxAgeDays: 3 }]
  ]
  for (const [holds, condition] of cases) {
    it(`${holds ? 'holds' : 'does not hold'}: ${JSON.stringify(condition)}`, () => {
      assert.deepEqual(check.complaints(condition), [])
      assert.equal(holdsFor(condition, alert, now), holds)
    })
  }

  it('never holds for what an alert does not tell', () => {
    for (const [holds, condition] of cases) {
      if (holds && Object.keys(condition).length > 0) assert.equal(holdsFor(condition, nothing, now), false, JSON.stringify(condition))
    }
  })

  it('takes an alert from the future as fresh', () => {
    assert.equal(holdsFor({ maxAgeDays: 1 }, { ...alert, timestamp: '2027-03-02T00:00:00Z' }, now), true)
  })

  it('is refused when it is none', () => {
    const bad = [{ mag: {} }, { mag: 18 }, { magnitude: { max: 18 } }, { classification: { minProbability: 0.5 } }, { bands: [] }]
    for (const condition of [
      ...bad,
      { maxAgeDays: 0 },
      { cone: { ra: 1, dec: 1 } },
      { classification: { label: 'SN', minProbability: 2 } }
    ]) {
      assert.notDeepEqual(check.complaints(condition), [], JSON.stringify(condition))
    }
    assert.deepEqual(conditionComplaints({ mag: { min: 20, max: 18 }, score: { min: 1, max: 1 } }), [
      { pointer: '/mag/min', message: 'must not be more than max, 18' }
    ])
  })
})
