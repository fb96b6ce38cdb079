import assert from 'node:assert/strict'
import { test } from 'node:test'
import { joinArray, joinObject, sourceOf, withSource } from '../../src/broker-kit/source.ts'

test('a value remembers its text unseen, the newest one, whatever it takes', () => {
  const value = withSource({ a: 1 }, '{"a": 1}')
  const frozen = withSource(Object.freeze({ a: 1 }), '{"a":  1}')
  assert.deepEqual([sourceOf(value)?.text, sourceOf(frozen)?.text], ['{"a": 1}', '{"a":  1}'])
  assert.deepEqual([Reflect.ownKeys(value), JSON.stringify(value)], [['a'], '{"a":1}'])
  assert.equal(sourceOf({ ...value }), undefined)
  for (const known of [value, frozen]) assert.equal(sourceOf(withSource(known, 'again'))?.text, 'again')
})

test('values that are joined keep their texts, also frozen ones', () => {
  const part = withSource({ a: 1 }, '{"a": 1}')
  assert.equal(sourceOf(joinObject(Object.freeze({ part, more: 2 })))?.text, '{"part":{"a": 1},"more":2}')
  assert.equal(sourceOf(joinArray([part, part]))?.text, '[{"a": 1},{"a": 1}]')
})
