import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { Type } from '@sinclair/typebox'
import fc from 'fast-check'
import { isStorable } from '../../src/domain/storable.ts'
import { CursorInteger, cutPage, decodeCursor, encodeCursor } from '../../src/http/pagination.ts'

const Cursor = Type.Tuple([Type.String(), Type.Number(), CursorInteger])

describe('a cursor', () => {
  it('comes back as what it was made of', () => {
    const text = fc.string({ unit: 'binary' }).filter(isStorable)
    const number = fc.double({ noNaN: true, noDefaultInfinity: true }).map(value => value + 0)
    const position = fc.bigInt({ min: 0n, max: 10n ** 18n - 1n })
    fc.assert(
      fc.property(text, number, position, (name, value, place) => {
        const cursor = encodeCursor([name, value, place])
        assert.match(cursor, /^[\w-]+$/)
        assert.deepEqual(decodeCursor(cursor, Cursor), [name, value, String(place)])
      }),
      { numRuns: 1000 }
    )
  })

  it('is refused when it is of another list, or no cursor', () => {
    const bad = [
      '',
      'abc',
      '!!!',
      encodeCursor([]),
      encodeCursor(['a', 1]),
      encodeCursor(['a', 1, 2]),
      encodeCursor(['a', 1, -5n]),
      encodeCursor(['a', 1, 10n ** 30n]),
      encodeCursor(['a\u0000', 1, 2n]),
      encodeCursor(['a', 1, 2n, 3n]),
      `${encodeCursor(['a', 1, 2n])}=`,
      `${encodeCursor(['a', 1, 2n])}\n`,
      Buffer.from('{"a":1}').toString('base64url'),
      Buffer.from('["a",1e999,"2"]').toString('base64url')
    ]
    for (const cursor of bad)
      assert.throws(
        () => decodeCursor(cursor, Cursor),
        { status: 422, errors: [{ pointer: '/cursor', message: 'must be the `next` of a page of this list' }] },
        cursor
      )
  })

  it('never does more than be refused, whatever it is', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.base64String(),
          fc.json().map(json => Buffer.from(json).toString('base64url'))
        ),
        cursor => {
          try {
            decodeCursor(cursor, Cursor)
          } catch (error) {
            assert.ok(error instanceof Error && 'status' in error && error.status === 422)
          }
        }
      ),
      { numRuns: 1000 }
    )
  })
})

describe('a page', () => {
  it('has a next one exactly when more was found than it holds', () => {
    fc.assert(
      fc.property(fc.array(fc.nat()), fc.integer({ min: 1, max: 20 }), (all, limit) => {
        const { items, next } = cutPage(all.slice(0, limit + 1), limit, String)
        assert.deepEqual(items, all.slice(0, limit))
        assert.equal(next, all.length > limit ? String(all[limit - 1]) : null)
      })
    )
  })
})
