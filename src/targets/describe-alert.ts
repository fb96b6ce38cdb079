import type { StoredAlert } from '../alerts/store.ts'
import { parseLossless } from '../broker-kit/lossless-json.ts'
import type { InstalledBroker, Registry } from '../broker-kit/registry.ts'
import { type TargetDraft, targetFromAlert } from '../domain/target.ts'
import { type Reading, readTarget } from './check-target.ts'
import type { TargetDescription } from './new-target-schemas.ts'

/** Says what target an alert makes: what its broker's module says, else what the generic alert does; complaints when that is none. */
export function describeAlert(registry: Registry, alert: StoredAlert): Reading<TargetDescription> {
  const broker = registry.get(alert.brokerId)
  const draft = descriptionOf((broker && draftByModule(broker, alert)) ?? targetFromAlert(alert.generic))
  const reading = readTarget(draft)
  if (reading.value) return reading
  return {
    complaints: reading.complaints.map(({ pointer, message }) => ({
      pointer: '/alertId',
      message: `makes no target: ${pointer.slice(1)} ${message}`
    }))
  }
}

/** The brokers whose modules make targets of raw alerts. */
export function brokersThatDraft(registry: Registry): string[] {
  return [...registry.values()].filter(({ module }) => module.toTarget !== undefined).map(({ module }) => module.id)
}

/** Undefined when the module leaves it to the generic alert, or can no longer read what an older one stored. */
function draftByModule({ module, alertComplaints }: InstalledBroker, { raw, rawType, generic }: StoredAlert): TargetDraft | undefined {
  if (module.toTarget === undefined || !/[/+]json\b/.test(rawType)) return undefined
  const value = parse(raw)
  return alertComplaints(value).length === 0 ? module.toTarget(value, generic) : undefined
}

function parse(raw: string): unknown {
  try {
    return parseLossless(raw)
  } catch {
    return undefined
  }
}

/** Flattens a draft; what it does not know is left out. */
function descriptionOf({ elements, ...draft }: TargetDraft): object {
  return Object.fromEntries(Object.entries({ ...elements, ...draft }).filter(([, value]) => value !== null && value !== undefined))
}
