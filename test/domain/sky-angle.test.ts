import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { readDegrees, readHours } from '../../src/domain/sky-angle.ts'

const two = (value: number) => String(value).padStart(2, '0')

describe('sexagesimal text', () => {
  it('is read as people write it', () => {
    const hours = {
      '00:35:56.71': 8.986291666666666,
      '00h35m56.7s': 8.98625,
      '00 35 56.7': 8.98625,
      ' 0:0:0 ': 0,
      '23H59M59S': 359.99583333333334
    }
    for (const [text, degrees] of Object.entries(hours)) assert.equal(readHours(text), degrees, text)
    const degrees = {
      '-20:30:15.2': -20.50422222222222,
      '+20d30m15.2s': 20.50422222222222,
      '−20° 30′ 15.2″': -20.50422222222222,
      '20 30 15.2': 20.50422222222222,
      '-00:00:01': -1 / 3600,
      '-90:00:00': -90
    }
    for (const [text, value] of Object.entries(degrees)) assert.equal(readDegrees(text), value, text)
  })

  it('is refused when it is none, or not on the sky', () => {
    for (const text of ['', '1', '24:00:00', '12:60:00', '12:00:60', '-1:00:00', '12:00', '1.5:00:00', '12::00', 'Tatooine']) {
      assert.equal(readHours(text), undefined, text)
    }
    for (const text of ['', '-', '90:00:00.1', '-91:00:00', '10:60:00', '10', '1e1:00:00']) assert.equal(readDegrees(text), undefined, text)
  })

  it('means the same in every spelling, to the last digit, and stays on the sky', () => {
    const fields = fc.record({
      whole: fc.nat({ max: 89 }),
      minutes: fc.nat({ max: 59 }),
      seconds: fc.oneof(
        fc.double({ min: 0, max: 59.999, noNaN: true }).map(value => value.toFixed(6)),
        fc.constant('59.99999999999999')
      ),
      sign: fc.constantFrom('', '+', '-')
    })
    fc.assert(
      fc.property(fields, ({ whole, minutes, seconds, sign }) => {
        const size = (whole * 3600 + minutes * 60 + Number(seconds)) / 3600
        const spellings = ([a, b, c]: readonly string[]) => [`${a}:${b}:${c}`, `${a} ${b} ${c}`]
        for (const text of [...spellings([sign + two(whole), two(minutes), seconds]), `${sign}${whole}d${minutes}m${seconds}s`]) {
          assert.equal(readDegrees(text), sign === '-' ? -size : size, text)
        }
        const hour = whole % 24
        for (const text of [...spellings([two(hour), two(minutes), seconds]), `${hour}h${minutes}m${seconds}s`]) {
          const ra = readHours(text) ?? assert.fail(text)
          assert.ok(ra >= 0 && ra < 360, text)
          assert.ok(Math.abs(ra - (15 * (hour * 3600 + minutes * 60 + Number(seconds))) / 3600) % 360 < 1e-12, text)
        }
      })
    )
  })
})
