import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { extraColumn, readColumn } from '../../../src/targets/exchange/csv-columns.ts'
import { extraCell, readExtra } from '../../../src/targets/exchange/csv-extras.ts'
import { type CsvRow, createCsvReader, csvCell } from '../../../src/targets/exchange/csv-text.ts'

function readAll(pieces: readonly string[]): CsvRow[] {
  const reader = createCsvReader()
  return [...pieces.flatMap(piece => reader.push(piece)), ...reader.end()]
}

/** Cuts a text at these places. */
function cut(text: string, places: readonly number[]): string[] {
  const sorted = [0, ...places.map(place => place % (text.length + 1)).sort((a, b) => a - b), text.length]
  return sorted.slice(1).map((place, index) => text.slice(sorted[index], place))
}

const texts = fc.string({ unit: fc.constantFrom(...'ab0 ",\r\n;\'é\u2028'), maxLength: 8 })

describe('comma-separated values', () => {
  it('are read as they were written, however the text is cut', () => {
    const tables = fc.array(fc.array(texts, { minLength: 2, maxLength: 5 }), { minLength: 1, maxLength: 6 })
    fc.assert(
      fc.property(tables, fc.array(fc.nat(), { maxLength: 12 }), fc.constantFrom('\n', '\r\n', '\r'), (table, places, lineEnd) => {
        const text = table.map(row => row.map(csvCell).join(',')).join(lineEnd)
        assert.deepEqual(
          readAll(cut(text, places)).map(({ cells, fault }) => ({ cells, fault })),
          table.map(cells => ({ cells, fault: null }))
        )
      }),
      { numRuns: 5000 }
    )
  })

  it('know in which line a row begins, and which cells stood in quotes', () => {
    const rows = readAll(['a,b\r\n\r\n"x\r\n\ny",1\n"",\n', 'say "so",2'])
    assert.deepEqual(
      rows.map(({ line, cells, quoted }) => [line, cells, [...quoted]]),
      [
        [1, ['a', 'b'], []],
        [3, ['x\r\n\ny', '1'], [0]],
        [6, ['', ''], [0]],
        [7, ['say "so"', '2'], []]
      ]
    )
  })

  it('that are broken are told', () => {
    const [first, second, third] = readAll(['"a"b,c\n1,2\n"open,3\n'])
    assert.match(first?.fault ?? '', /column 1: only a comma/)
    assert.deepEqual([second?.cells, second?.fault], [['1', '2'], null])
    assert.deepEqual([third?.line, third?.fault], [3, 'a quote is not closed'])
  })
})

describe('extras in cells', () => {
  const values = fc.oneof(
    fc.boolean(),
    fc.double({ noNaN: true, noDefaultInfinity: true }).map(value => value + 0 || 0),
    fc.integer(),
    texts,
    fc.constantFrom('0', '007', 'False', 'true', '1e5', '170587116732416143', '-0', '', ' 1', 'NaN', '1.0')
  )

  it('are read as what they were: "False" is no truth value, "0" no number', () => {
    fc.assert(
      fc.property(values, value => {
        const [row] = readAll([`x,${extraCell(value)}`])
        assert.ok(row)
        assert.equal(readExtra(row.cells[1] ?? '', row.quoted.has(1)), value)
      }),
      { numRuns: 10_000 }
    )
  })

  it('of the TOM Toolkit, which puts nothing in quotes, are numbers and truth values where they look like it', () => {
    const read = {
      '5': 5,
      '0.0': 0,
      True: true,
      False: false,
      'NGC 1': 'NGC 1',
      '170587116732416143': '170587116732416143',
      '0012': '0012'
    }
    for (const [cell, value] of Object.entries(read)) assert.equal(readExtra(cell, false), value)
    assert.equal(readExtra('', false), undefined)
  })

  it('have columns that mean nothing else', () => {
    const keys = fc.oneof(
      texts,
      fc.constantFrom('ra', 'name', 'name2', 'names', 'groups', 'extra:', 'extra:ra', 'created', 'toString', '__proto__', 'pm_ra')
    )
    fc.assert(fc.property(keys, key => assert.deepEqual(readColumn(extraColumn(key)), { kind: 'extra', key })))
  })
})
