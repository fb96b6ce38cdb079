import { parseScenario, type Subject } from '../../../src/broker-kit/conformance/index.ts'
import { type AnyBrokerModule, type BrokerContext, Type } from '../../../src/broker-kit/index.ts'
import { pagedBroker, pagedSubject } from '../../helpers/paged-broker.ts'

/** The module that every fault is planted in. */
export const healthy: AnyBrokerModule = pagedBroker
export const { scenarios, readme } = pagedSubject

/** A healthy module with one thing broken. */
export interface Fault {
  /** Name of the check that is meant to catch it. */
  readonly caughtBy: string
  readonly module?: Partial<AnyBrokerModule>
  /** A part that it does not have. */
  readonly lacks?: keyof AnyBrokerModule
  readonly subject?: Partial<Subject>
}

/** The made-up module with its fault, and all that belongs to it. */
export function plant({ module, lacks, subject }: Fault): Subject {
  const faulty = { ...healthy, ...module }
  if (lacks !== undefined) delete Object(faulty)[lacks]
  return { ...pagedSubject, ...subject, module: faulty }
}

type FetchAlerts = AnyBrokerModule['fetchAlerts']

/** What the healthy module yields. */
export function alertsOf(parameters: object, context: BrokerContext): AsyncIterable<unknown> {
  return healthy.fetchAlerts({ ...parameters }, context)
}

/** Waits [ms]. */
export function sleep(milliseconds: number): Promise<void> {
  return new Promise(resolve => setTimeout(resolve, milliseconds))
}

/** A module with one parameter more. */
export function withParameter(name: string, schema: object): Partial<AnyBrokerModule> {
  const properties = { ...healthy.parameters.properties, [name]: Type.Optional(Type.Unsafe(schema)) }
  return { parameters: Type.Object(properties, { additionalProperties: false }) }
}

/** A module that fetches its alerts in another way. */
export function fetching(fetchAlerts: FetchAlerts): Partial<AnyBrokerModule> {
  return { fetchAlerts }
}

/** A scenario with some of it changed. */
export function scenario(name: string, change: object): Partial<Subject> {
  const changed = { ...scenarios[name], ...change }
  return { scenarios: { ...scenarios, [name]: parseScenario(JSON.stringify(changed), name) } }
}
