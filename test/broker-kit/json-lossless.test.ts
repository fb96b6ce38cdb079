import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { parseLossless, quoteLongIntegers } from '../../src/broker-kit/lossless-json.ts'

interface Sample {
  readonly text: string
  readonly value: unknown
}

const space = fc.constantFrom('', '', ' ', '\n', '\t', ' \r\n ')
const trickyText = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.constantFrom(
    'NaN',
    '-Infinity',
    'say "NaN", 1234567890123456789',
    '\\',
    '\\\\"',
    '1234567890123456',
    '":1234567890123456',
    '\u0000',
    '\ud800'
  )
)
// A key with a backslash makes V8 misread other keys with escapes afterwards (nodejs/node#63785): not what is tested here.
const keyText = trickyText.filter(key => !key.includes('\\'))
const digits = (count: { minLength: number; maxLength: number }) =>
  fc.tuple(fc.constantFrom(...'123456789'), fc.string({ unit: fc.constantFrom(...'0123456789'), ...count })).map(parts => parts.join(''))
const sign = fc.constantFrom('', '-')

const leaf: fc.Arbitrary<Sample> = fc.oneof(
  trickyText.map(value => ({ text: JSON.stringify(value), value })),
  fc.constantFrom({ text: 'NaN', value: null }, { text: 'Infinity', value: null }, { text: '-Infinity', value: null }),
  fc.constantFrom({ text: 'null', value: null }, { text: 'true', value: true }, { text: 'false', value: false }, { text: '0', value: 0 }),
  fc.tuple(sign, digits({ minLength: 15, maxLength: 40 })).map(([minus, run]) => ({ text: minus + run, value: minus + run })),
  fc.tuple(sign, digits({ minLength: 0, maxLength: 14 })).map(([minus, run]) => ({ text: minus + run, value: Number(minus + run) })),
  fc
    .tuple(
      sign,
      digits({ minLength: 0, maxLength: 20 }),
      fc.constantFrom('.5', '.1234567890123456789', 'e3', 'E-12', '.0e+2', 'e1234567890123456')
    )
    .map(([minus, run, rest]) => ({ text: minus + run + rest, value: Number(minus + run + rest) }))
)

const { document } = fc.letrec<{ document: Sample }>(tie => ({
  document: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    leaf,
    fc.array(fc.tuple(space, tie('document'), space), { maxLength: 5 }).map(parts => ({
      text: `[${parts.map(([before, { text }, after]) => before + text + after).join(',')}]`,
      value: parts.map(([, { value }]) => value)
    })),
    fc.array(fc.tuple(space, keyText, space, tie('document')), { maxLength: 5 }).map(parts => ({
      text: `{${parts.map(([before, key, after, { text }]) => `${before}${JSON.stringify(key)}${after}:${text}${after}`).join(',')}}`,
      value: Object.fromEntries(parts.map(([, key, , { value }]) => [key, value]))
    }))
  )
}))

test('every document keeps its long integers, and reads NaN and Infinity as null', () => {
  fc.assert(
    fc.property(document, ({ text, value }) => {
      assert.deepEqual(parseLossless(text), value)
    }),
    { numRuns: 2_000 }
  )
})

/** Slow and plain: cuts the text into tokens, rewrites the numbers among them. */
function reference(text: string): unknown {
  const tokens = text.match(/"(?:[^"\\]|\\[\s\S])*(?:"|$)|-?Infinity|NaN|-?\d[0-9.eE+-]*|[\s\S]/g) ?? []
  const rewritten = tokens.map((token, index) => {
    if (/^(NaN|-?Infinity)$/.test(token)) return 'null'
    const isKey = tokens.slice(index + 1).find(other => !/^\s$/.test(other)) === ':'
    return /^-?[1-9]\d{15,}$/.test(token) && !isKey ? `"${token}"` : token
  })
  return JSON.parse(rewritten.join(''))
}

function outcome(parse: (text: string) => unknown, text: string): unknown {
  try {
    return { value: parse(text) }
  } catch (error) {
    return error instanceof SyntaxError ? 'no JSON' : error
  }
}

test('broken JSON stays broken, and is read no differently than by a slow reference', () => {
  const scrap = fc.constantFrom(
    ...'{}[],:"\\-.eE+ 0',
    'NaN',
    'Infinity',
    '-',
    '1234567890123456',
    '0000000000000000',
    '"a"',
    '\\"',
    'null',
    '1.',
    '7'
  )
  const damaged = fc.tuple(document, fc.nat(), fc.nat({ max: 3 }), scrap).map(([{ text }, at, length, insert]) => {
    const start = at % (text.length + 1)
    return text.slice(0, start) + insert + text.slice(start + length)
  })
  fc.assert(
    fc.property(
      fc.oneof(
        damaged,
        fc.array(scrap, { maxLength: 12 }).map(parts => parts.join(''))
      ),
      text => {
        assert.deepEqual(outcome(parseLossless, text), outcome(reference, text))
      }
    ),
    { numRuns: 5_000 }
  )
})

test('ids of 16 and more digits are strings of their digits, shorter ones are numbers', () => {
  assert.deepEqual(parseLossless('{"oid":170587116732416143,"candid":-3470490460915015042,"tid":999999999999999,"a":[1234567890123456]}'), {
    oid: '170587116732416143',
    candid: '-3470490460915015042',
    tid: 999999999999999,
    a: ['1234567890123456']
  })
})

test('fractions and exponents stay numbers, however many digits they have', () => {
  assert.deepEqual(parseLossless('[1234567890123456.5,1234567890123456e2,0.12345678901234567,1e400000]'), [
    1234567890123456.5,
    1234567890123456e2,
    Number('0.12345678901234567'),
    Infinity
  ])
})

test('of a key that comes twice the last one counts, and __proto__ is a member as any other', () => {
  assert.deepEqual(parseLossless('{"a":1,"a":12345678901234567890}'), { a: '12345678901234567890' })
  const value = parseLossless('{"__proto__":{"polluted":1234567890123456789}}')
  assert.deepEqual(Object.keys(Object(value)), ['__proto__'])
  assert.equal(Reflect.get({}, 'polluted'), undefined)
})

test('a long integer is no key, and one with a leading zero is no number', () => {
  assert.throws(() => parseLossless('{1234567890123456:1}'), SyntaxError)
  assert.throws(() => parseLossless('[0123456789012345678]'), SyntaxError)
  assert.throws(() => parseLossless('[-NaN]'), SyntaxError)
})
test('quoted long integers keep their digits, and nothing else changes', () => {
  const number = fc.oneof(fc.bigInt({ min: -(10n ** 30n), max: 10n ** 30n }), fc.maxSafeInteger()).map(String)
  const expected = (source: string) => (String(Number(source)) === source ? Number(source) : source)
  fc.assert(
    fc.property(fc.array(fc.tuple(trickyText, number)), pairs => {
      const text = `[${pairs.map(([word, source]) => `${JSON.stringify(word)}, ${source}`).join(',')}]`
      assert.deepEqual(
        JSON.parse(quoteLongIntegers(text)),
        pairs.flatMap(([word, source]) => [word, expected(source)])
      )
    }),
    { numRuns: 1000 }
  )
})

test('what is no JSON is none with its long integers quoted', () => {
  for (const text of [
    '[NaN,1234567890123456789]',
    '[-Infinity,1234567890123456789]',
    '{1234567890123456789:1}',
    '[01234567890123456789]',
    '[+1234567890123456789]',
    '[1234567890123456789 1]',
    '[1234567890123456789"]',
    '[0x1234567890123456789]',
    '[--1234567890123456789]',
    '1234567890123456789a'
  ]) {
    assert.throws(() => JSON.parse(quoteLongIntegers(text)), SyntaxError, text)
  }
})
