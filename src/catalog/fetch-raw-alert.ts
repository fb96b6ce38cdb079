import { createContext, maskOf } from '../broker-kit/context.ts'
import type { Logger } from '../broker-kit/define-broker.ts'
import type { InstalledBroker } from '../broker-kit/registry.ts'
import { retirementOf } from '../broker-kit/retirement.ts'
import { sourceOf } from '../broker-kit/source.ts'
import { conflict, gone, Problem } from '../http/problems.ts'
import type { Gates } from '../outbound/gates.ts'

/** So long may somebody wait for the broker to take the request [ms]. */
const patience = 10_000

interface RawAlertRequest {
  readonly broker: InstalledBroker
  readonly gates: Gates
  readonly brokerAlertId: string
  readonly signal: AbortSignal
  readonly log: Logger
}

/** Asks the broker for one alert, now; answers its own text. */
export async function fetchRawAlert(request: RawAlertRequest): Promise<{ readonly text: string; readonly mediaType: string }> {
  const { broker, gates, brokerAlertId, signal, log } = request
  const { module, missingSettings } = broker
  const retirement = retirementOf(broker)
  if (retirement !== null) throw gone(retirement)
  if (missingSettings.length > 0) throw conflict(`${module.name} needs settings: ${missingSettings.join(', ')}.`, { missingSettings })
  if (module.fetchAlert === undefined) throw new Problem(501, `${module.name} cannot be asked for a single alert.`)
  const context = createContext({ broker, gate: gates.gateOf(module.id, { longestWait: patience }), signal, log })
  const alert = await module.fetchAlert(brokerAlertId, context).catch(error => {
    throw maskOf(broker).thrown(error)
  })
  const source = sourceOf(alert)
  if (source === undefined) throw new Error(`The module '${module.id}' answered an alert without its source text.`)
  return source
}
