import assert from 'node:assert/strict'
import { resolve } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import type { AnyBrokerModule } from '../define-broker.ts'
import { alertChecks } from './checks/alerts.ts'
import { descriptionChecks } from './checks/description.ts'
import { failureChecks } from './checks/failures.ts'
import { normalisingChecks } from './checks/normalising.ts'
import { runChecks } from './checks/runs.ts'
import { singleChecks } from './checks/single.ts'
import { type ConformanceChecks, readSubject } from './subject.ts'

export { type ContentFaults, contentFaults } from './faults/content-faults.ts'
export { type FaultyBroker, type FaultyBrokerOptions, startFaultyBroker } from './faults/faulty-broker.ts'
export { type FaultResult, playContentFaults } from './faults/play-faults.ts'
export { type TransportFault, transportFaults } from './faults/transport.ts'
export { parameterTable, readmeSections } from './readme.ts'
export { recordScenario } from './record.ts'
export { Exchange, parseScenario, Scenario } from './scenario.ts'
export { type ConformanceCheck, type ConformanceChecks, readSubject, type Subject } from './subject.ts'

/** All that the contract promises, by the sentence that says it. */
export const checks: ConformanceChecks = {
  ...descriptionChecks,
  ...alertChecks,
  ...normalisingChecks,
  ...singleChecks,
  ...runChecks,
  ...failureChecks
}

/** What to test. */
export interface ConformanceOptions {
  /** The module's folder, with README.md and fixtures/<scenario>/scenario.json. */
  readonly folder: string | URL
  /** Checks that cannot hold for this module, each with the reason; one that would hold is an error. */
  readonly waive?: Readonly<Record<string, string>>
}

/** Tests a module against the whole contract: one node:test test with a subtest for each promise. */
export function testBroker(module: AnyBrokerModule, { folder, waive = {} }: ConformanceOptions): void {
  test(`${module.name} keeps the contract of a broker module`, async t => {
    const unknown = Object.keys(waive).filter(name => !(name in checks))
    assert.deepEqual(unknown, [], 'waivers for checks that do not exist')
    const subject = readSubject(module, folder instanceof URL ? fileURLToPath(folder) : resolve(folder))
    assert.ok(Object.keys(subject.scenarios).length > 0, 'record at least one scenario: fixtures/<scenario>/scenario.json')
    for (const [name, check] of Object.entries(checks)) {
      const reason = waive[name]
      if (reason === undefined) await t.test(name, () => check(subject))
      else
        await t.test(`waived, ${reason}: ${name}`, () => assert.rejects(async () => check(subject), 'the check passes: remove its waiver'))
    }
  })
}
