import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Type } from '@sinclair/typebox'
import fc from 'fast-check'
import { BrokerError } from '../../src/broker-kit/errors.ts'
import { memberOf } from '../../src/broker-kit/json-member.ts'
import { sourceOf } from '../../src/broker-kit/source.ts'
import { brokerErrorOf, clientFor } from '../helpers/http-client.ts'
import { startUpstream } from '../helpers/upstream.ts'

test('a value within a text is found with its own text, whatever stands around it', () => {
  const space = fc.constantFrom('', ' ', '\n\t')
  const around = fc.dictionary(
    fc.string().filter(key => key !== 'data' && !key.includes('\\')),
    fc.jsonValue(),
    { maxKeys: 3 }
  )
  fc.assert(
    fc.property(fc.json(), around, around, space, (value, before, after, pad) => {
      const members = (fields: object) => Object.entries(fields).map(([key, member]) => `${JSON.stringify(key)}:${JSON.stringify(member)}`)
      const object = (own: string) => `{${[...members(before), `${pad}"data"${pad}:${pad}${own}${pad}`, ...members(after)].join(',')}}`
      assert.equal(memberOf(object(object(value)), ['data', 'data']).text, value)
    }),
    { numRuns: 500 }
  )
})

test('a value that is not there is not found', () => {
  for (const text of ['{}', '[]', '7', '[{"data":1}]', '{"x":{"data":1}}', '{"x":"data"}'])
    assert.equal(memberOf(text, ['data']).text, null)
})

test('a value within an answer remembers its own text; what is wrong with the answer is told all the same', async () => {
  await using upstream = await startUpstream({
    'GET /one': { body: '{"meta":1,"data": {"id":170587116732416143, "a":NaN},"links":{}}' },
    'GET /none': { body: '{"meta":1}' },
    'GET /wrong': { body: '{"data":null}' },
    'GET /error': { body: '{"error":"no such id","data":{"id":"x"}}' }
  })
  const http = clientFor(upstream.url)
  const schema = Type.Object({ id: Type.String() })
  const at = ['data']
  const value = await http.json('one', schema, { at })
  assert.deepEqual(value, { id: '170587116732416143', a: null })
  assert.equal(sourceOf(value)?.text, '{"id":170587116732416143, "a":NaN}')
  assert.match((await brokerErrorOf(http.json('none', schema, { at }))).message, /there is nothing at \/data/)
  assert.match((await brokerErrorOf(http.json('wrong', schema, { at }))).message, /must be an object/)
  const inBandError = () => new BrokerError('not-found', 'no such id')
  assert.equal((await brokerErrorOf(http.json('error', schema, { at, inBandError }))).kind, 'not-found')
})
