import { fileURLToPath } from 'node:url'
import { readSubject, type Scenario } from '../../src/broker-kit/conformance/index.ts'
import type { AnyBrokerModule } from '../../src/broker-kit/define-broker.ts'
import { builtInBrokers } from '../../src/brokers/index.ts'

/** A built-in broker, and the recorded conversation of its fixtures that gives most alerts. */
export interface RecordedBroker {
  readonly module: AnyBrokerModule
  readonly scenario: Scenario
}

/** Reads the conversations of all built-in brokers. */
export function recordedBrokers(): RecordedBroker[] {
  return builtInBrokers.map(module => {
    const { scenarios } = readSubject(module, fileURLToPath(new URL(`../../src/brokers/${module.id}`, import.meta.url)))
    const whole = Object.values(scenarios).filter(({ newerThan, resumeFrom }) => newerThan === undefined && resumeFrom === undefined)
    const [scenario] = whole.toSorted((a, b) => b.alerts.length - a.alerts.length)
    if (scenario === undefined) throw new Error(`The broker '${module.id}' has no recorded conversation.`)
    return { module, scenario }
  })
}

/** The environment of a service that asks a stand-in for a broker, as often as it likes; its requests are counted all the same. */
export function variablesOf({ module: { id }, scenario: { settings = {} } }: RecordedBroker, baseUrl: string): Record<string, string> {
  const prefix = `BROKER_${id.toUpperCase().replaceAll('-', '_')}`
  const own = Object.fromEntries(
    Object.entries(settings).map(([name, value]) => [name.replace(/[A-Z]/g, letter => `_${letter}`).toUpperCase(), String(value)])
  )
  const all = { BASE_URL: baseUrl, MAX_CONCURRENCY: '1000', MAX_REQUESTS: '100000/1', ...own }
  return Object.fromEntries(Object.entries(all).map(([name, value]) => [`${prefix}_${name}`, value]))
}
