import { type CommonVariable, settingVariable } from './broker-variables.ts'
import type { AnyBrokerModule, BrokerLimits } from './define-broker.ts'

/** The limits that hold for a broker, and what is wrong with them in sentences. */
export interface ReadLimits {
  readonly limits: BrokerLimits
  readonly faults: readonly string[]
}

/** Reads the limits of a broker: what the operator set, else what the module says. `none` takes a limit away. */
export function readLimits(
  { id, limits = {} }: Pick<AnyBrokerModule, 'id' | 'limits'>,
  { maxConcurrency, maxRequests }: Readonly<Partial<Record<CommonVariable, string>>>
): ReadLimits {
  const faults: string[] = []
  if (!areLimits(limits)) faults.push(`Broker module '${id}': its limits must be whole numbers above 0.`)
  const concurrency = maxConcurrency === undefined ? limits.concurrency : concurrencyIn(maxConcurrency)
  const requests = maxRequests === undefined ? limits.requests : requestsIn(maxRequests)
  if (concurrency === null) faults.push(`${settingVariable(id, 'maxConcurrency')} must be a whole number of requests above 0, or none.`)
  if (requests === null) faults.push(`${settingVariable(id, 'maxRequests')} must be <requests>/<seconds>, as in 100/3600, or none.`)
  return { limits: { ...(concurrency && { concurrency }), ...(requests && { requests }) }, faults }
}

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && Number(value) > 0

function areLimits({ concurrency, requests }: BrokerLimits): boolean {
  return (
    (concurrency === undefined || isCount(concurrency)) &&
    (requests === undefined || (isCount(requests.count) && isCount(requests.seconds)))
  )
}

function concurrencyIn(text: string): number | null | undefined {
  if (text === 'none') return undefined
  return /^\d{1,6}$/.test(text) && isCount(Number(text)) ? Number(text) : null
}

function requestsIn(text: string): BrokerLimits['requests'] | null {
  if (text === 'none') return undefined
  const [, count, seconds] = (/^(\d{1,7})\/(\d{1,7})$/.exec(text) ?? []).map(Number)
  return isCount(count) && isCount(seconds) ? { count, seconds } : null
}
