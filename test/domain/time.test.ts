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
      '2026-02-31',
      '2026-02-29T00:00:00Z',
      '1900-02-29',
      '2026-04-31 00:00:00',
      '02/30/26 00:00:00',
      '02/29/26 00:00:00',
      '09/31/26 00:00:00',
      '2018-08-27T15:43:47+02:00',
      '2018-08-27T15:43:60Z',
      '0000-01-01',
      '08/27/18'
    ]
    for (const text of others) assert.ok(!isUtcText(text), text)
  })

  test('on every day of the calendar are read', () => {
    const day = 86_400_000
    for (let time = Date.UTC(1895, 0, 1); time < Date.UTC(2101, 0, 1); time += day) {
      const text = new Date(time).toISOString().slice(0, 10)
      assert.ok(isUtcText(text), text)
      const [year = '', month = '', date = ''] = text.split('-')
      if (year.startsWith('20')) assert.ok(isUtcText(`${month}/${date}/${year.slice(2)} 00:00:00`), text)
    }
  })

  test('whatever fits becomes a time, of the day that it says', () => {
    const pattern = new RegExp(String(UtcText.pattern))
    fc.assert(
      fc.property(fc.stringMatching(pattern), text => {
        const read = utcTextToIso(text)
        const [date = ''] = text.replace(/^(..)\/(..)\/(..)/, '20$3-$1-$2').split(/[T ]/)
        return !Number.isNaN(Date.parse(read)) && read.startsWith(date)
      })
    )
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
