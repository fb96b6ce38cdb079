import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { withSource } from '../../src/broker-kit/index.ts'
import { createRegistry } from '../../src/broker-kit/registry.ts'
import { scout } from '../../src/brokers/scout/index.ts'
import { normaliseAlert } from '../../src/runs/normalise-alert.ts'

const broker = createRegistry({ modules: [scout], enabled: null, variables: {} }).registry.get('scout') ?? assert.fail()
const object = {
  objectName: 'P22abcD',
  lastRun: '2026-03-02 10:15',
  ra: '08:54',
  dec: '+28',
  neoScore: 100,
  orbits: { count: '1', data: [[0, 1]] }
}

function hashOf(value: object): string {
  const item = normaliseAlert(broker, withSource(value, JSON.stringify(value)))
  assert.ok('contentHash' in item)
  return item.contentHash.toString('hex')
}

describe('the content of an alert whose broker names volatile fields', () => {
  it('is the same when only those have changed', () => {
    assert.equal(hashOf({ ...object, ra: '08:55', Vmag: '20.5' }), hashOf(object))
  })

  it('is the same in any order of members, at any depth', () => {
    const { orbits, ...rest } = object
    assert.equal(hashOf({ orbits: { data: orbits.data, count: orbits.count }, ...rest }), hashOf(object))
  })

  it('is another when anything else has changed, the order of items too', () => {
    assert.notEqual(hashOf({ ...object, neoScore: 99 }), hashOf(object))
    assert.notEqual(hashOf({ ...object, orbits: { count: '1', data: [[1, 0]] } }), hashOf(object))
  })
})
