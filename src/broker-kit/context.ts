import type { Dispatcher } from 'undici'
import type { BrokerContext, Logger } from './define-broker.ts'
import type { Gate } from './gate.ts'
import { createHttpClient } from './http-client.ts'
import type { HttpLimits } from './http-limits.ts'
import { createMask, type Mask } from './mask.ts'
import { createPublicAgent } from './public-agent.ts'
import type { InstalledBroker } from './registry.ts'

/** What a context is made of. */
export interface ContextOptions {
  readonly broker: InstalledBroker
  /** Ends everything that the module does with the context when it fires. */
  readonly signal: AbortSignal
  readonly log: Logger
  readonly feedback?: (message: string) => void
  readonly checkpoint?: (token: string) => void
  readonly resumeFrom?: string | null
  /** [UTC] */
  readonly newerThan?: string | null
  readonly limits?: Partial<HttpLimits>
  readonly dispatcher?: Dispatcher
  /** What every request to the broker has to pass; left out: it is sent at once. */
  readonly gate?: Gate
}

// Where the operator points a broker may be private; where the name in a module leads is up to the owner of the name, at any time.
const publicAgent = createPublicAgent()

/** Makes what a module is given for one call. No feedback holds a secret. */
export function createContext({ broker, signal, log, limits, dispatcher, gate, ...options }: ContextOptions): BrokerContext {
  const { baseUrl, settings } = broker
  const mask = maskOf(broker)
  const feedback = (message: string) => options.feedback?.(mask.text(String(message)))
  const connections = dispatcher ?? (broker.isAddressSet ? undefined : publicAgent)
  const chosen = { ...(limits && { limits }), ...(connections && { dispatcher: connections }), ...(gate && { gate }) }
  return {
    http: createHttpClient({ baseUrl, signal, log, secrets: Object.values(secretSettings(broker)), onWait: feedback, ...chosen }),
    baseUrl,
    signal,
    settings,
    log,
    feedback,
    checkpoint: options.checkpoint ?? (() => {}),
    resumeFrom: options.resumeFrom ?? null,
    newerThan: options.newerThan ?? null
  }
}

/** Hides a broker's secrets in whatever its module says or throws. */
export function maskOf(broker: InstalledBroker): Mask {
  return createMask(Object.values(secretSettings(broker)))
}

/** A broker's secret settings by name, which no error, feedback or log may hold. */
export function secretSettings({ module, settings }: InstalledBroker): Record<string, string> {
  const secret = Object.entries(module.settings?.properties ?? {}).filter(([, schema]) => schema['writeOnly'] === true)
  return Object.fromEntries(secret.map(([name]) => [name, settings[name]]).filter(([, value]) => typeof value === 'string'))
}
