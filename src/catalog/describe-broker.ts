import { capabilitiesOf } from '../broker-kit/define-broker.ts'
import type { InstalledBroker } from '../broker-kit/registry.ts'
import type { Broker } from './schemas.ts'

/** Says what an installed broker is, can do and lacks; no value of a setting is in it. */
export function describeBroker(broker: InstalledBroker): Broker {
  const { module, baseUrl, missingSettings } = broker
  return {
    id: module.id,
    name: module.name,
    docs: module.docs,
    baseUrl,
    surveys: [...module.surveys],
    capabilities: capabilitiesOf(module),
    delivery: module.delivery ?? 'finite',
    status: statusOf(broker),
    missingSettings: [...missingSettings],
    settings: settingsOf(broker),
    retired: module.retired ? { ...module.retired } : null,
    scoreDescription: module.scoreDescription,
    parameters: module.parameters,
    exampleParameters: exampleOf(broker)
  }
}

function statusOf({ module, missingSettings }: InstalledBroker): Broker['status'] {
  if (module.retired) return 'retired'
  return missingSettings.length > 0 ? 'needs-settings' : 'ready'
}

function settingsOf({ module, missingSettings }: InstalledBroker): Broker['settings'] {
  const { properties = {}, required = [] } = module.settings ?? {}
  return Object.entries(properties).map(([name, { description = '', writeOnly }]) => ({
    name,
    description,
    required: required.includes(name),
    secret: writeOnly === true,
    missing: missingSettings.includes(name)
  }))
}

/** The module's own example, or one made of the examples of its parameters; only one that would be accepted. */
function exampleOf({ module, parameterComplaints }: InstalledBroker): object | null {
  const own: unknown[] = module.parameters.examples ?? []
  const members = Object.entries(module.parameters.properties).flatMap(([name, { examples, default: fallback }]) => {
    const [example = fallback] = Array.isArray(examples) ? examples : []
    return example === undefined ? [] : [[name, example]]
  })
  const candidates = [...own, Object.fromEntries(members)]
  return candidates.filter(isObject).find(candidate => parameterComplaints(candidate).length === 0) ?? null
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null
}
