import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { etagOf, expectedVersion, versionTag } from '../../src/http/etags.ts'

const reading = (tag?: string) => expectedVersion({ headers: tag === undefined ? {} : { 'if-match': tag } })

describe('If-Match', () => {
  it('tells the version that was read, whatever else its ETag shows', () => {
    assert.equal(reading(versionTag(1)), 1)
    assert.equal(reading(versionTag(27, ['anything', null])), 27)
    assert.equal(reading(`W/${versionTag(3)}`), 3)
  })

  it('tells that any version will do', () => {
    assert.equal(reading('*'), null)
  })

  it('is wanted', () => {
    assert.throws(() => reading(), { status: 428 })
  })

  it('is stale when it is no tag of ours', () => {
    for (const tag of ['', 'v1', '"v0"', '"v-1"', '"v1e3"', '"v99999999999"', '"v1", "v2"', etagOf({})]) {
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
