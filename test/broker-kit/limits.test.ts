import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { BrokerLimits } from '../../src/broker-kit/index.ts'
import { createRegistry } from '../../src/broker-kit/registry.ts'
import { manyBroker } from '../helpers/many-broker.ts'

const own: BrokerLimits = { concurrency: 2, requests: { count: 100, seconds: 3600 } }

function install(limits: BrokerLimits, variables: Record<string, string> = {}) {
  const { registry, faults } = createRegistry({ modules: [{ ...manyBroker, limits }], enabled: null, variables })
  return { limits: registry.get('many-broker')?.limits, faults }
}

test('the limits of a broker are those of its module, unless the operator sets others', () => {
  assert.deepEqual(install({}).limits, {})
  assert.deepEqual(install(own).limits, own)
  assert.deepEqual(install(own, { BROKER_MANY_BROKER_MAX_CONCURRENCY: '8' }).limits, { ...own, concurrency: 8 })
  const power = install(own, { BROKER_MANY_BROKER_MAX_REQUESTS: '10000/3600' })
  assert.deepEqual(power.limits, { ...own, requests: { count: 10_000, seconds: 3600 } })
  const none = install(own, { BROKER_MANY_BROKER_MAX_REQUESTS: 'none', BROKER_MANY_BROKER_MAX_CONCURRENCY: 'none' })
  assert.deepEqual(none, { limits: {}, faults: [] })
})

test('limits that are none stop the service with a sentence', () => {
  for (const value of ['0', '-1', '1.5', 'many', '1e3', '10000000']) {
    const { faults } = install({}, { BROKER_MANY_BROKER_MAX_CONCURRENCY: value })
    assert.deepEqual(faults, ['BROKER_MANY_BROKER_MAX_CONCURRENCY must be a whole number of requests above 0, or none.'])
  }
  for (const value of ['100', '100/', '/3600', '0/10', '10/0', '1/1/1', '100/h']) {
    const { faults } = install({}, { BROKER_MANY_BROKER_MAX_REQUESTS: value })
    assert.deepEqual(faults, ['BROKER_MANY_BROKER_MAX_REQUESTS must be <requests>/<seconds>, as in 100/3600, or none.'])
  }
  for (const wrong of [{ concurrency: 0 }, { requests: { count: 1.5, seconds: 1 } }, { requests: { count: 1, seconds: -1 } }]) {
    assert.match(install(wrong).faults.join(), /'many-broker': its limits must be whole numbers above 0/)
  }
})
