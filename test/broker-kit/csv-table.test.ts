import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { createTableScanner } from '../../src/broker-kit/csv-table.ts'
import { isBrokerError } from '../../src/broker-kit/errors.ts'
import { sourceOf, unreadableReason } from '../../src/broker-kit/source.ts'
import { clientFor, drain } from '../helpers/http-client.ts'
import { startUpstream } from '../helpers/upstream.ts'

const limits = { maxItemBytes: 2 ** 20 }

/** Reads a table that comes in chunks: its rows, their texts, why some cannot be read, and the fault. */
function read(chunks: readonly (string | Uint8Array)[], columns: readonly string[] = [], { maxItemBytes } = limits) {
  const scanner = createTableScanner(columns, { maxItemBytes })
  const scans = [...chunks.map(chunk => scanner.push(Buffer.from(chunk))), scanner.end()]
  const rows = scans.flatMap(({ items }) => items.map(scanner.read))
  return {
    rows,
    texts: rows.map(row => sourceOf(row)?.text),
    reasons: rows.map(unreadableReason),
    fault: scans.find(({ fault }) => fault !== null)?.fault ?? null
  }
}

function cut(text: string, cuts: readonly number[]): Buffer[] {
  const bytes = Buffer.from(text)
  const places = [0, ...cuts.map(place => place % (bytes.length + 1)).sort((a, b) => a - b), bytes.length]
  return places.slice(1).map((end, index) => bytes.subarray(places[index], end))
}

const quoted = (field: string) => `"${field.replaceAll('"', '""')}"`
const written = fc.oneof(
  fc.string({ unit: 'binary' }).map(value => ({ value, text: quoted(value) })),
  fc.constantFrom('a,b', 'two\nlines', 'he said "no"', '', ' spaced ', '日本\u{1f52d}').map(value => ({ value, text: quoted(value) })),
  fc.constantFrom('Gaia21abc', '-42.5', '5" tube', '', 'é').map(value => ({ value, text: value }))
)

describe('a table of comma-separated values', () => {
  test('gives each row as an object of texts with the text of the row, wherever the chunks are cut', () => {
    const end = fc.constantFrom('\n', '\r\n')
    fc.assert(
      fc.property(fc.array(fc.tuple(written, written)), end, fc.boolean(), fc.array(fc.nat()), (fields, lineEnd, isEnded, cuts) => {
        const lines = fields.map(([first, second]) => `id,${first.text},${second.text}`)
        const body = ['kind,first,second', ...lines].join(lineEnd) + (isEnded ? lineEnd : '')
        const { rows, texts, fault } = read(cut(body, cuts), ['first'])
        assert.equal(fault, null)
        assert.deepEqual(
          rows,
          fields.map(([first, second]) => ({ kind: 'id', first: first.value, second: second.value }))
        )
        assert.deepEqual(texts, lines)
      }),
      { numRuns: 500 }
    )
  })

  test('takes the first row that names the columns for its header, whatever stands before it', () => {
    const body = '\ufeff"2026-01-01 - 02"\n\n#Name, Date, __proto__\nx,1,2\n,,\n'
    const { rows } = read([body], ['Name', 'Date'])
    assert.deepEqual(
      rows.map(row => Object.entries(row)),
      [
        [
          ['Name', 'x'],
          ['Date', '1'],
          ['__proto__', '2']
        ],
        [
          ['Name', ''],
          ['Date', ''],
          ['__proto__', '']
        ]
      ]
    )
    assert.deepEqual(read(['Name\nx'], []).rows, [{ Name: 'x' }])
  })

  test('is none without its columns, and that is found out soon', () => {
    const says = 'sent no table with the columns Name, Date'
    for (const body of ['', '7', 'NaN', '{"error":"no"}', '<html>\n</html>', 'Name,Class\nx,y\n', '"Name,Date\n']) {
      assert.deepEqual(read([body], ['Name', 'Date']), { rows: [], texts: [], reasons: [], fault: says })
    }
    assert.equal(createTableScanner(['Name'], limits).push(Buffer.from('x\n'.repeat(30))).fault, 'sent no table with the columns Name')
    assert.equal(read([''], []).fault, 'sent no table')
  })

  test('may have no rows', () => {
    assert.deepEqual(read(['Name,Date\r\n'], ['Name']), { rows: [], texts: [], reasons: [], fault: null })
  })

  test('keeps a row that cannot be read, and the rows beside it', () => {
    const body = Buffer.from('a,b\n1,2\n3\n4,5,6\n7,"\xc3("\n8,"x "y" z"\n', 'latin1')
    const { texts, reasons, rows, fault } = read([body], ['a'])
    assert.deepEqual(texts, ['1,2', '3', '4,5,6', '7,"\ufffd("', '8,"x "y" z"'])
    const short = 'has 1 fields where the header has 2'
    const long = 'has 3 fields where the header has 2'
    assert.deepEqual(reasons, [null, short, long, 'is not proper UTF-8; what could not be read is shown as U+FFFD', null])
    assert.deepEqual(rows[4], { a: '8', b: 'x "y" z' })
    assert.equal(fault, null)
  })

  test('loses nothing to a quote that is never closed', () => {
    const { texts, fault } = read(['a,b\n1,"x\n2,"y"\n3,4\n5,"z'], ['a'])
    assert.deepEqual(texts, ['1,"x\n2,"y"', '3,4'])
    assert.equal(fault, 'sent a table that is cut off in the middle of a row')
  })

  test('that is cut off within a row gives the rows before, then a fault', () => {
    const { rows, fault } = read(['a,b\n1,2\n3'], ['a'])
    assert.deepEqual([rows, fault], [[{ a: '1', b: '2' }], 'sent a table that is cut off in the middle of a row'])
  })

  test('with a row that is too large is not held', () => {
    const { reasons } = read(['a,b\n', `1,"${'x'.repeat(5_000)}"\n`, '2,3\n'], ['a'], { maxItemBytes: 1_000 })
    assert.deepEqual(reasons, ['is larger than 1000 bytes; only its beginning is kept', null])
  })

  test('is asked for as text/csv, and comes row by row; what is none is a bad response', async () => {
    const body = 'Name,Comment\nGaia21abc,"two, and\nmore"\n'
    await using upstream = await startUpstream({
      'GET /alerts.csv': { body, headers: { 'content-type': 'text/csv' } },
      'GET /page.csv': { body: '<!doctype html><p>Down</p>', headers: { 'content-type': 'text/html' } },
      'GET /other.csv': { body: '{"status":"error"}' }
    })
    const http = clientFor(upstream.url)
    const table = (path: string) => drain(http.items(path, { format: 'csv', columns: ['Name'] }))
    const { items } = await table('alerts.csv')
    assert.deepEqual(items, [{ Name: 'Gaia21abc', Comment: 'two, and\nmore' }])
    assert.deepEqual(sourceOf(items[0]), { text: 'Gaia21abc,"two, and\nmore"', mediaType: 'text/csv', unreadable: null })
    assert.match(upstream.requests[0]?.headers.accept ?? '', /^text\/csv/)
    for (const path of ['page.csv', 'other.csv']) {
      const { error } = await table(path)
      assert.ok(isBrokerError(error) && error.kind === 'bad-response', `${path}: ${error}`)
    }
  })
})
