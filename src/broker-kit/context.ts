import type { Dispatcher } from 'undici'
import type { BrokerContext, Logger } from './define-broker.ts'
import { createHttpClient } from './http-client.ts'
import type { HttpLimits } from './http-limits.ts'
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
}

/** Makes what a module is given for one call. */
export function createContext({ broker, signal, log, limits, dispatcher, ...options }: ContextOptions): BrokerContext {
  const { baseUrl, settings } = broker
  const secrets = secretsOf(broker)
  return {
    http: createHttpClient({ baseUrl, signal, log, secrets, ...(limits && { limits }), ...(dispatcher && { dispatcher }) }),
    baseUrl,
    signal,
    settings,
    log,
    feedback: options.feedback ?? (() => {}),
    checkpoint: options.checkpoint ?? (() => {}),
    resumeFrom: options.resumeFrom ?? null,
    newerThan: options.newerThan ?? null
  }
}

/** The values of a broker's secret settings, which no error, feedback or log may hold. */
export function secretsOf({ module, settings }: InstalledBroker): string[] {
  const secret = Object.entries(module.settings?.properties ?? {}).filter(([, schema]) => schema['writeOnly'] === true)
  return secret.map(([name]) => settings[name]).filter(value => typeof value === 'string')
}
