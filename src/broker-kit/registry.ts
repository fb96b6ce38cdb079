import type { Complaint } from '../domain/schema.ts'
import { noVariables, sortVariables } from './broker-variables.ts'
import type { AnyBrokerModule, BrokerLimits } from './define-broker.ts'
import { installBroker } from './install-broker.ts'
import { isBrokerModule, shapeFaults, titleOf } from './module-shape.ts'

/** A module as this service runs it: with the operator's base URL and settings, and its compiled checks. */
export interface InstalledBroker {
  readonly module: AnyBrokerModule
  /** Where requests go, with a trailing slash. */
  readonly baseUrl: string
  /** Whether the operator set the base URL; only then may it lead to a private address. */
  readonly isAddressSet: boolean
  readonly settings: Readonly<Record<string, unknown>>
  /** The module's limits, or what the operator set instead. */
  readonly limits: BrokerLimits
  /** Names of the required settings that the operator has not set; while there are any, it cannot run. */
  readonly missingSettings: readonly string[]
  /** Everything wrong with the parameters of a query, by schema and by the module's own rules; empty when they are fine. */
  parameterComplaints(parameters: unknown): Complaint[]
  /** Everything wrong with a raw alert; empty when `toGenericAlert` can read it. */
  alertComplaints(raw: unknown): Complaint[]
}

/** All installed brokers by id. */
export type Registry = ReadonlyMap<string, InstalledBroker>

/** What a registry is made of. */
export interface RegistryOptions {
  /** Whatever is to be installed; what is no module becomes a fault. */
  readonly modules: readonly unknown[]
  /** Ids of the brokers to install; null installs all. */
  readonly enabled: readonly string[] | null
  /** BROKER_<ID>_BASE_URL, _MAX_CONCURRENCY, _MAX_REQUESTS and BROKER_<ID>_<SETTING> as the operator wrote them. */
  readonly variables: Readonly<Record<string, string>>
}

/** Installs the modules, in their order. The faults are sentences that never hold the value of a setting. */
export function createRegistry({ modules, enabled, variables }: RegistryOptions): { registry: Registry; faults: string[] } {
  const { byId, faults } = identify(modules)
  const { byBroker, faults: variableFaults } = sortVariables([...byId.values()], variables)
  const unknown = (enabled ?? []).filter(id => !byId.has(id))
  faults.push(...variableFaults, ...unknown.map(id => notInstalled(id, [...byId.keys()])))

  const registry = new Map<string, InstalledBroker>()
  for (const [id, module] of byId) {
    const isEnabled = enabled === null || enabled.includes(id)
    const ofBroker = isEnabled ? byBroker.get(id) : undefined
    const installation = installBroker(module, ofBroker ?? noVariables)
    faults.push(...installation.faults)
    if (installation.broker && isEnabled) registry.set(id, installation.broker)
  }
  return { registry, faults }
}

function identify(modules: readonly unknown[]): { byId: Map<string, AnyBrokerModule>; faults: string[] } {
  const byId = new Map<string, AnyBrokerModule>()
  const faults: string[] = []
  for (const [index, module] of modules.entries()) {
    if (!isBrokerModule(module)) faults.push(`${titleOf(module, index + 1)} is no broker module: ${shapeFaults(module).join(', ')}.`)
    else if (byId.has(module.id)) faults.push(`Two broker modules have the id '${module.id}'.`)
    else byId.set(module.id, module)
  }
  return { byId, faults }
}

function notInstalled(id: string, installed: readonly string[]): string {
  return `ENABLED_BROKERS names '${id}', which is not installed; installed are ${installed.join(', ') || 'none'}.`
}
