import { settingVariable } from './broker-variables.ts'
import type { InstalledBroker } from './registry.ts'

/** Whether the upstream is gone. One that is asked elsewhere, at an address of the operator's, is not. */
export function isRetired({ module, isAddressSet }: InstalledBroker): boolean {
  return module.retired !== undefined && !isAddressSet
}

/** Says that the upstream is gone, and what to use instead; null when it is not. */
export function retirementOf(broker: InstalledBroker): string | null {
  const { id, name, retired } = broker.module
  if (retired === undefined || !isRetired(broker)) return null
  const variable = settingVariable(id, 'baseUrl')
  return `${name} is gone since ${retired.since}: use ${retired.use}, or have ${variable} set to a server that still answers as it did.`
}
