import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { readItem } from '../../src/broker-kit/json-items.ts'
import { createLineScanner } from '../../src/broker-kit/json-lines.ts'
import { createArrayScanner, type ItemScanner } from '../../src/broker-kit/json-scanner.ts'
import { sourceOf, unreadableReason } from '../../src/broker-kit/source.ts'

const limits = { maxItemBytes: 2 ** 20, maxEnvelopeBytes: 2 ** 20 }

interface Scanned {
  readonly texts: readonly string[]
  readonly faults: readonly string[]
  readonly envelope: string | undefined
}

function scan(scanner: ItemScanner, chunks: readonly Uint8Array[]): Scanned {
  const scans = [...chunks.map(chunk => scanner.push(Buffer.from(chunk))), scanner.end()]
  return {
    texts: scans.flatMap(({ items }) => items.map(({ bytes }) => bytes.toString())),
    faults: scans.flatMap(({ fault }) => fault ?? []),
    envelope: scanner.envelope()?.toString()
  }
}

function scanText(text: string, at: readonly string[] = []): Scanned {
  return scan(createArrayScanner(at, limits), [Buffer.from(text)])
}

function chunksOf(bytes: Buffer, cuts: readonly number[]): Buffer[] {
  const places = [0, ...cuts.map(cut => cut % (bytes.length + 1)).sort((a, b) => a - b), bytes.length]
  return places.slice(1).map((end, index) => bytes.subarray(places[index], end))
}

const everyByte = (text: string) => [...Buffer.from(text)].map(byte => Buffer.from([byte]))
const space = fc.constantFrom('', '', ' ', '\n  ', '\r\n\t')
const itemText = fc.oneof(
  fc.json({ stringUnit: 'binary', maxDepth: 4 }),
  fc.constantFrom(
    '{"id":170587116732416143}',
    '{"mag":NaN}',
    'NaN',
    '"\\"]},{["',
    '{"a\\\\":"\\\\"}',
    '{"é":"日本\u{1f52d}"}',
    '[]',
    '{}',
    '-1.5e3'
  )
)

test('items come out to the byte, wherever the chunks are cut and whatever stands around them', () => {
  const around = fc.dictionary(
    fc.string().filter(key => key !== 'data' && key !== 'items' && !key.includes('\\')),
    fc.jsonValue(),
    { maxKeys: 3 }
  )
  fc.assert(
    fc.property(
      fc.array(fc.tuple(space, itemText, space)),
      around,
      around,
      fc.array(fc.nat()),
      space,
      (items, before, after, cuts, pad) => {
        const array = `[${items.map(([left, text, right]) => left + text + right).join(',')}${items.length === 0 ? pad : ''}]`
        const members = (fields: object) =>
          Object.entries(fields).map(([key, value]) => `${JSON.stringify(key)}${pad}:${JSON.stringify(value)}`)
        const data = (list: string) => [...members(before), `"it\\u0065ms"${pad}:${pad}${list}`, ...members(after)].join(`${pad},`)
        const body = (list: string) => `{${[...members(after), `"data":{${data(list)}}`, ...members(before)].join(',')}}${pad}`
        const scanned = scan(createArrayScanner(['data', 'items'], limits), chunksOf(Buffer.from(body(array)), cuts))
        assert.deepEqual(scanned.faults, [])
        assert.deepEqual(
          scanned.texts,
          items.map(([, text]) => text)
        )
        assert.deepEqual(JSON.parse(scanned.envelope ?? ''), JSON.parse(body('[]')))
      }
    ),
    { numRuns: 1_000 }
  )
})

test('a body cut at every byte gives the same items', () => {
  const text = '{"meta":{"items":[0]},"list":["items"],"items":[{"a":"\\"]}é日"} , [1,[2]],"x\\\\",\n-1.5e3,null\t,{}],"next":null}'
  const { texts, faults, envelope } = scan(createArrayScanner(['items'], limits), everyByte(text))
  assert.deepEqual(texts, ['{"a":"\\"]}é日"}', '[1,[2]]', '"x\\\\"', '-1.5e3', 'null', '{}'])
  assert.deepEqual(faults, [])
  assert.equal(envelope, '{"meta":{"items":[0]},"list":["items"],"items":[],"next":null}')
})

test('only the array at the whole path is taken, not one of the same name elsewhere', () => {
  const text =
    '{"items":[1],"data":[{"items":[2]}],"other":{"data":{"items":[3]}},"x":"data","data":{"x":{"items":[4]},"items":[5],"z":{"items":[6]}}}'
  assert.deepEqual(scanText(text, ['data', 'items']).texts, ['5'])
})

test('a body may begin with a byte order mark', () => {
  assert.deepEqual(scanText('\ufeff[{"a":1}]').texts, ['{"a":1}'])
  assert.deepEqual(scanText('\ufeff{"items":[{"a":1}]}', ['items']).texts, ['{"a":1}'])
  assert.deepEqual(scan(createLineScanner(limits), [Buffer.from('\ufeff{"a":1}\n{"b":2}')]).texts, ['{"a":1}', '{"b":2}'])
})

test('what is no array of items is found out, after the items that came before', () => {
  for (const [text, texts] of [
    ['[1 2]', ['1']],
    ['[1,]', ['1']],
    ['[,1]', []],
    ['[{"a":1}x', ['{"a":1}']],
    ['[{"a":1},{"b"', ['{"a":1}']],
    ['[{"a":1}', ['{"a":1}']],
    ['[', []]
  ] as const) {
    const scanned = scanText(text)
    assert.deepEqual(scanned.texts, texts, text)
    assert.ok(scanned.faults.length > 0, text)
  }
})

test('an array that is not there is not found', () => {
  for (const text of ['{"items":null}', '{"items":{"items":[1]}}', '[{"items":[1]}]', '{"item":[1]}', '"items"', 'null', '']) {
    const scanner = createArrayScanner(['items'], limits)
    assert.deepEqual(scan(scanner, [Buffer.from(text)]), { texts: [], faults: [], envelope: text })
    assert.equal(scanner.found(), false)
  }
})

test('an item that is too large or too deep is unreadable, the ones beside it are not', () => {
  const scanner = createArrayScanner([], { maxItemBytes: 2_000, maxEnvelopeBytes: 100 })
  const { items } = scanner.push(Buffer.from(`[{"a":1},"${'x'.repeat(3_000)}",${'['.repeat(501)}${']'.repeat(501)},{"b":2}]`))
  const reasons = items.map(item => unreadableReason(readItem(item)))
  assert.deepEqual(reasons, [null, 'is larger than 2000 bytes; only its beginning is kept', 'is nested more than 500 levels deep', null])
})

test('an endless item or envelope is not held', () => {
  const scanner = createArrayScanner(['items'], { maxItemBytes: 100_000, maxEnvelopeBytes: 100_000 })
  scanner.push(Buffer.from('{"items":["'))
  const chunk = Buffer.alloc(65_536, 'x')
  const before = process.memoryUsage().arrayBuffers
  for (let round = 0; round < 1_000; round++) assert.equal(scanner.push(chunk).fault, null)
  assert.ok(process.memoryUsage().arrayBuffers - before < 10_000_000)
  assert.equal(scanner.push(Buffer.from('"],')).items.length, 1)
  assert.equal(scanner.push(Buffer.alloc(100_001, ' ')).fault, 'sent more than 100000 bytes around its items')
})

test('lines are items, wherever they are cut; empty lines are none, and a last line without its end counts', () => {
  const line = fc.oneof(fc.json(), fc.constantFrom('{"id":170587116732416143}', '{"a":NaN}'))
  fc.assert(
    fc.property(
      fc.array(line),
      fc.constantFrom('\n', '\r\n', '\n\n', ' \n'),
      fc.boolean(),
      fc.array(fc.nat()),
      (lines, end, ended, cuts) => {
        const body = Buffer.from(lines.join(end) + (ended ? end : ''))
        assert.deepEqual(scan(createLineScanner(limits), chunksOf(body, cuts)), { texts: lines, faults: [], envelope: undefined })
      }
    )
  )
})

test('a broken line harms only itself, but a last line that is cut off is a fault', () => {
  const { texts, faults } = scan(createLineScanner(limits), [Buffer.from('{"a":1}\n{"b":\n{"c":3}\n{"d":')])
  assert.deepEqual(texts, ['{"a":1}', '{"b":', '{"c":3}'])
  assert.deepEqual(faults, ['sent JSON that is cut off in the middle of a line'])
})

const reasonOf = (bytes: Buffer) => unreadableReason(readItem({ bytes, fault: null }))

test('an item that cannot be read keeps its text and says why', () => {
  assert.equal(reasonOf(Buffer.from('5')), 'is a number, neither an object nor an array')
  assert.equal(reasonOf(Buffer.from('NaN')), 'is null, neither an object nor an array')
  assert.equal(reasonOf(Buffer.from('"a"')), 'is a string, neither an object nor an array')
  assert.match(reasonOf(Buffer.from('{"secret":"x",}')) ?? '', /^is not JSON: /)
  assert.match(reasonOf(Buffer.from('<b>secret</b>')) ?? '', /^is not JSON: (?!.*secret)/)
  assert.match(reasonOf(Buffer.from([0x22, 0xff, 0x22])) ?? '', /UTF-8/)
})

test('what PostgreSQL cannot store is replaced in the text of an unreadable item', () => {
  const nul = readItem({ bytes: Buffer.from('{"a":"x\0y"}'), fault: null })
  assert.match(unreadableReason(nul) ?? '', /control character/)
  assert.equal(sourceOf(nul)?.text, '{"a":"x\ufffdy"}')
  const badBytes = readItem({ bytes: Buffer.from('7b2261223a22c3287d', 'hex'), fault: null })
  assert.equal(sourceOf(badBytes)?.text, '{"a":"\ufffd(}')
})

test('an item remembers its text to the byte, in the order and spelling of the broker', () => {
  const text = '{ "id" : 170587116732416143, "a":1e5, "a":NaN, "s":"\\u0000\\ud800" }'
  const item = readItem({ bytes: Buffer.from(text), fault: null })
  assert.deepEqual(item, { id: '170587116732416143', a: null, s: '\0\ud800' })
  assert.equal(sourceOf(item)?.text, text)
})
