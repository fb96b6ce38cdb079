import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { compileCheck } from '../../src/domain/schema.ts'
import { isoToMjd, mjdToIso, taiMjdToIso, UtcRange, UtcText, utcTextToIso } from '../../src/domain/time.ts'

const isUtcText = compileCheck(UtcText)
const isUtcRange = compileCheck(UtcRange)

describe('times', () => {
  test('go from RFC 3339 to MJD and back without losing a millisecond', () => {
    const instants = fc.date({ min: new Date('1990-01-01'), max: new Date('2100-01-01'), noInvalidDate: true })
    fc.assert(fc.property(instants, instant => mjdToIso(isoToMjd(instant.toISOString())) === instant.toISOString()))
  })

  test('of LSST lie 37 s behind TAI', () => {
    assert.equal(taiMjdToIso(60_000), '2023-02-24T23:59:23.000Z')
  })

  test('are read as brokers write them, always as UTC', () => {
    const spellings = {
      '08/27/18 15:43:47': '2018-08-27T15:43:47.000Z',
      '2018-08-27': '2018-08-27T00:00:00.000Z',
      '2018-08-27 15:43:47': '2018-08-27T15:43:47.000Z',
      '2018-08-27T15:43:47.25': '2018-08-27T15:43:47.250Z',
      '2018-08-27T15:43:47Z': '2018-08-27T15:43:47.000Z',
      '2018-08-27T15:43:47.123456+00:00': '2018-08-27T15:43:47.123Z'
    }
    for (const [text, iso] of Object.entries(spellings)) {
      assert.ok(isUtcText(text), text)
      assert.equal(utcTextToIso(text), iso)
    }
  })

  test('in other spellings are refused', () => {
    const others = [
      '',
      'yesterday',
      '27/08/18 15:43:47',
      '2018-13-01',
      '2018-08-27T15:43:47+02:00',
      '2018-08-27T15:43:60Z',
      '0000-01-01',
      '08/27/18'
    ]
    for (const text of others) assert.ok(!isUtcText(text), text)
  })

  test('whatever fits becomes a time', () => {
    const pattern = new RegExp(String(UtcText.pattern))
    fc.assert(fc.property(fc.stringMatching(pattern), text => !Number.isNaN(Date.parse(utcTextToIso(text)))))
  })

  test('as ranges have at least one end, in UTC', () => {
    assert.ok(isUtcRange({ after: '2018-08-27T00:00:00Z' }))
    for (const range of [
      {},
      { after: '2018-08-27' },
      { before: '2018-08-27T00:00:00+01:00' },
      { before: '2018-02-30T00:00:00Z' },
      { since: '2018-08-27T00:00:00Z' }
    ]) {
      assert.ok(!isUtcRange(range), JSON.stringify(range))
    }
  })
})
