import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { etagOf, expectedVersions, versionTag } from '../../src/http/etags.ts'

const reading = (tag?: string) => expectedVersions({ headers: tag === undefined ? {} : { 'if-match': tag } })

describe('If-Match', () => {
  it('tells the version that was read, whatever else its ETag shows', () => {
    assert.deepEqual(reading(versionTag(1)), [1])
    assert.deepEqual(reading(versionTag(27, ['anything', null])), [27])
    assert.deepEqual(reading(`"zzz", ${versionTag(3, 'x')},W/"v4" , ,"v5"`), [3, 5])
  })

  it('tells that any version will do', () => {
    assert.equal(reading('*'), null)
  })

  it('is wanted', () => {
    assert.throws(() => reading(), { status: 428 })
  })

  it('is stale when it is no tag of ours', () => {
    for (const tag of ['', 'v1', '"v0"', '"v-1"', '"v1e3"', '"v99999999999"', 'W/"v1"', '"x, v1"', etagOf({})]) {
      assert.throws(() => reading(tag), { status: 412 }, tag)
    }
  })
})

describe('an ETag', () => {
  it('changes with what it names', () => {
    assert.equal(etagOf({ a: 1 }), etagOf({ a: 1 }))
    assert.notEqual(etagOf({ a: 1 }), etagOf({ a: 2 }))
    assert.notEqual(versionTag(1, ['x']), versionTag(1, ['y']))
    assert.notEqual(versionTag(1, ['x']), versionTag(2, ['x']))
  })
})
