import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { checks, parseScenario } from '../../src/broker-kit/conformance/index.ts'
import { pagedSubject } from '../helpers/paged-broker.ts'
import { type Fault, plant } from './faults/fault.ts'
import { readingFaults } from './faults/reading.ts'
import { runningFaults } from './faults/running.ts'
import { sayingFaults } from './faults/saying.ts'

const faults: Readonly<Record<string, Fault>> = { ...sayingFaults, ...readingFaults, ...runningFaults }

describe('the conformance kit', () => {
  for (const [name, check] of Object.entries(checks)) {
    test(`finds that a healthy module keeps its promise: ${name}`, () => check(pagedSubject))
  }

  for (const [name, fault] of Object.entries(faults)) {
    test(`catches ${name}`, async () => {
      const check = checks[fault.caughtBy]
      assert.ok(check, `there is no check named ${fault.caughtBy}`)
      await assert.rejects(async () => check(plant(fault)), fault.caughtBy)
    })
  }

  test('has a planted fault for every check', () => {
    const tried = new Set(Object.values(faults).map(({ caughtBy }) => caughtBy))
    assert.deepEqual(
      Object.keys(checks).filter(name => !tried.has(name)),
      []
    )
  })

  test('lets no check pass because nothing happened', async () => {
    const barren = { ...pagedSubject, scenarios: { nothing: pagedSubject.scenarios['nothing'] ?? assert.fail() } }
    const needAlerts = [
      'each scenario gives the expected alerts',
      'toGenericAlert is pure',
      'fields that the broker adds later do not matter',
      'the alert schema names exactly the fields that are read',
      'an item that is no alert harms only itself',
      'ids of 18 and 19 digits survive',
      'fetchAlert gives the alert that was asked for',
      'credentials can be checked before first use',
      'a light curve holds each point once, in order of time',
      'a checkpoint resumes without loss or repeat'
    ]
    for (const name of needAlerts) await assert.rejects(async () => checks[name]?.(barren), name)
  })

  test('says what is wrong with a scenario file', () => {
    assert.throws(
      () => parseScenario('{"parameters": {}, "exchanges": [{"pth": "x"}], "alerts": []}', 'a.json'),
      /^TypeError: a\.json: \/exchanges/
    )
  })
})
