import { createContext, maskOf } from '../broker-kit/context.ts'
import type { BrokerContext, Logger } from '../broker-kit/define-broker.ts'
import { isBrokerError } from '../broker-kit/errors.ts'
import type { InstalledBroker } from '../broker-kit/registry.ts'
import { retirementOf } from '../broker-kit/retirement.ts'
import { Problem } from '../http/problems.ts'
import type { Gates } from '../outbound/gates.ts'
import { exampleOf } from './example.ts'
import type { BrokerCheck } from './health-schemas.ts'

/** What a check needs. */
export interface CheckRequest {
  readonly broker: InstalledBroker
  readonly gates: Gates
  readonly signal: AbortSignal
  readonly log: Logger
}

/** A check is for somebody who waits for it: it asks once, and not for long [ms]. */
const limits = { retries: 0, requestTimeout: 20_000, totalTime: 30_000 }
const patience = 10_000

/** Finds out whether a broker answers and takes our credentials: by its probe, else by the first alert of its example. */
export async function checkBroker(request: CheckRequest): Promise<BrokerCheck> {
  const { broker, signal } = request
  const { missingSettings } = broker
  const retirement = retirementOf(broker)
  if (retirement !== null) return failure('retired', retirement)
  if (missingSettings.length > 0) return failure('needs-settings', `The operator has not set ${missingSettings.join(', ')}.`)
  try {
    return { ok: true, kind: null, detail: await ask(request), upstreamStatus: null, checkedAt: new Date().toISOString() }
  } catch (thrown) {
    signal.throwIfAborted()
    if (thrown instanceof Problem) throw thrown
    const error = maskOf(broker).thrown(thrown)
    if (isBrokerError(error)) return failure(error.kind, error.message, error.upstreamStatus)
    return failure('module-failed', `The broker module failed: ${error instanceof Error ? error.message : String(error)}`)
  }
}

function failure(kind: BrokerCheck['kind'], detail: string, upstreamStatus: number | null = null): BrokerCheck {
  return { ok: false, kind, detail, upstreamStatus, checkedAt: new Date().toISOString() }
}

/** Asks, and says in words what came. */
async function ask({ broker, gates, signal, log }: CheckRequest): Promise<string> {
  const { module } = broker
  const gate = gates.gateOf(module.id, { longestWait: patience, isCheck: true })
  const context = createContext({ broker, gate, signal, log, limits })
  if (module.probe === undefined) return askForExample(broker, context)
  await module.probe(context)
  return `${module.name} answers${hasSecret(broker) ? ' and takes the credentials' : ''}.`
}

async function askForExample(broker: InstalledBroker, context: BrokerContext): Promise<string> {
  const { module } = broker
  const parameters = exampleOf(broker)
  if (parameters === null) throw new Problem(501, `${module.name} cannot be checked: its module has neither a probe nor an example.`)
  for await (const _ of module.fetchAlerts({ ...parameters }, context)) return `${module.name} answers; its example gives alerts.`
  return `${module.name} answers; its example gives no alert.`
}

function hasSecret({ module }: InstalledBroker): boolean {
  return Object.values(module.settings?.properties ?? {}).some(schema => schema['writeOnly'] === true)
}
