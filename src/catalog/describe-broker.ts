import { capabilitiesOf } from '../broker-kit/define-broker.ts'
import { inputSchemaOf } from '../broker-kit/read-parameters.ts'
import type { InstalledBroker } from '../broker-kit/registry.ts'
import { isRetired } from '../broker-kit/retirement.ts'
import type { BrokerStateRow } from '../outbound/state-store.ts'
import { limitsOf, statusOf } from './describe-health.ts'
import { exampleOf } from './example.ts'
import type { Broker } from './schemas.ts'

/** Says what an installed broker is, can do and lacks; no value of a setting is in it. */
export function describeBroker(broker: InstalledBroker, state: BrokerStateRow | null): Broker {
  const { module, baseUrl, missingSettings } = broker
  return {
    id: module.id,
    name: module.name,
    docs: module.docs,
    baseUrl,
    surveys: [...module.surveys],
    capabilities: capabilitiesOf(module),
    delivery: module.delivery ?? 'finite',
    status: statusOf(broker, state),
    limits: limitsOf(broker),
    missingSettings: [...missingSettings],
    settings: settingsOf(broker),
    retired: module.retired && isRetired(broker) ? { ...module.retired } : null,
    scoreDescription: module.scoreDescription,
    parameters: inputSchemaOf(module.parameters),
    exampleParameters: exampleOf(broker)
  }
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
