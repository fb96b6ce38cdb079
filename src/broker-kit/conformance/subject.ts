import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { AnyBrokerModule } from '../define-broker.ts'
import { createRegistry, type InstalledBroker } from '../registry.ts'
import { parseScenario, type Scenario } from './scenario.ts'

/** What the checks look at: a module with all that belongs to it. */
export interface Subject {
  readonly module: AnyBrokerModule
  /** Its folder, named like its id. */
  readonly folder: string
  readonly readme: string
  /** By name of their folders. */
  readonly scenarios: Readonly<Record<string, Scenario>>
}

/** One promise of the contract; throws an AssertionError when a module breaks it. */
export type ConformanceCheck = (subject: Subject) => void | Promise<void>

/** Checks by the sentence that says what they promise. */
export type ConformanceChecks = Readonly<Record<string, ConformanceCheck>>

/** Reads what belongs to a module: README.md and fixtures/<scenario>/scenario.json. */
export function readSubject(module: AnyBrokerModule, folder: string): Subject {
  const fixtures = join(folder, 'fixtures')
  const readme = join(folder, 'README.md')
  const names = existsSync(fixtures) ? readdirSync(fixtures) : []
  const scenarios = names.map((name): [string, Scenario] => {
    const file = join(fixtures, name, 'scenario.json')
    return [name, parseScenario(readFileSync(file, 'utf8'), file)]
  })
  return { module, folder, readme: existsSync(readme) ? readFileSync(readme, 'utf8') : '', scenarios: Object.fromEntries(scenarios) }
}

/** Installs the module as the service would. */
export function install({ module }: Subject): InstalledBroker {
  const { registry, faults } = createRegistry({ modules: [module], enabled: null, variables: {} })
  assert.deepEqual(faults, [], faults.join(' '))
  const broker = registry.get(module.id)
  assert.ok(broker, 'the registry did not take the module')
  return broker
}
