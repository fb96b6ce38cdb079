import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { nameKey } from '../../src/domain/name.ts'

const words = fc.string({ unit: fc.constantFrom(...'abzABZ0189+./*αΣσ'), minLength: 1, maxLength: 12 })
const separators = fc.constantFrom('', ' ', '  ', '-', '_', '(', ')', '\u00a0', '\u2013', '\u2212', '\u200b')
const texts = fc.string({ unit: 'binary', minLength: 1, maxLength: 200 })

describe('the key of a name', () => {
  it('is its own key', () => {
    fc.assert(
      fc.property(texts, name => assert.equal(nameKey(nameKey(name)), nameKey(name))),
      { numRuns: 10_000 }
    )
  })

  it('does not depend on case, space, dashes, underscores or parentheses', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(words, separators), { minLength: 1, maxLength: 4 }), parts => {
        const plain = parts.map(([word]) => word).join('')
        const spelt = parts.map(([word, separator]) => word + separator).join('')
        for (const spelling of [spelt, spelt.toLowerCase(), spelt.toUpperCase()]) assert.equal(nameKey(spelling), nameKey(plain))
      }),
      { numRuns: 10_000 }
    )
  })

  it('does not depend on the AT or SN in front of a TNS name', () => {
    for (const name of ['SN 2024abc', 'sn-2024ABC', 'AT2024abc', 'at_2024abc', '2024abc', 'SN\u200b2024abc']) {
      assert.equal(nameKey(name), '2024abc')
    }
    assert.equal(nameKey('ATLAS 2024abc'), 'atlas2024abc')
    assert.equal(nameKey('SN 1987'), 'sn1987')
  })

  it('keeps apart what is not the same', () => {
    const names = ['ZTF21aaxtctv', 'ZTF21aaxtctw', 'J1234+0123', 'J1234-0123', 'M 31', 'M 3.1', 'V* R Aqr', 'R Aqr', '2024abc', '2024 ab']
    assert.equal(new Set(names.map(nameKey)).size, names.length)
  })

  it('is never empty, not even for a name of separators', () => {
    fc.assert(fc.property(texts, name => assert.notEqual(nameKey(name), '')))
    assert.equal(nameKey('---'), '---')
    assert.equal(nameKey(' ( ) '), '( )')
  })

  it('fits an index entry, however a name expands when normalised', () => {
    const long = '\ufdfa'.repeat(500)
    assert.ok(nameKey(long).length <= 600)
    assert.notEqual(nameKey(long), nameKey(`${long}x`))
  })
})
