import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { Type } from '@sinclair/typebox'
import { compileCheck } from '../../src/domain/schema.ts'

describe('what is wrong with a value', () => {
  const check = compileCheck(
    Type.Object({
      objectId: Type.Optional(Type.Union([Type.String(), Type.Array(Type.String(), { maxItems: 2 })])),
      when: Type.Optional(Type.Object({}, { minProperties: 1 }))
    })
  )

  it('is the types that would do, when a member has none of them', () => {
    assert.deepEqual(check.complaints({ objectId: 5 }), [{ pointer: '/objectId', message: 'must be a string or an array' }])
  })

  it('is what the form lacks that was meant', () => {
    assert.deepEqual(check.complaints({ objectId: ['a', 5] }), [{ pointer: '/objectId/1', message: 'must be a string' }])
    assert.deepEqual(check.complaints({ objectId: ['a', 'b', 'c'] }), [
      { pointer: '/objectId', message: 'must NOT have more than 2 items' }
    ])
  })

  it('is told with all else, in words', () => {
    assert.deepEqual(check.complaints({ objectId: null, when: {} }), [
      { pointer: '/when', message: 'must have at least 1 member' },
      { pointer: '/objectId', message: 'must be a string or an array' }
    ])
  })
})
