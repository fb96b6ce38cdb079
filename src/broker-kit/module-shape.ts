import type { AnyBrokerModule } from './define-broker.ts'

const isText = (value: unknown) => typeof value === 'string' && value !== ''
const isTextList = (value: unknown) => Array.isArray(value) && value.every(isText)
const isFunction = (value: unknown) => typeof value === 'function'
const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value)

/** Every part that a module must have, what it must be, and how that is told. */
const duties: readonly Part[] = [
  { name: 'id', must: 'a text', fits: isText },
  { name: 'name', must: 'a text', fits: isText },
  { name: 'docs', must: 'a text', fits: isText },
  { name: 'baseUrl', must: 'a text', fits: isText },
  { name: 'surveys', must: 'a list of texts', fits: isTextList },
  { name: 'scoreDescription', must: 'a text', fits: isText },
  { name: 'parameters', must: 'a schema', fits: isRecord },
  { name: 'alert', must: 'a schema', fits: isRecord },
  { name: 'fetchAlerts', must: 'a function', fits: isFunction },
  { name: 'toGenericAlert', must: 'a function', fits: isFunction }
]

/** Every part that a module may have. */
const options: readonly Part[] = [
  { name: 'settings', must: 'a schema', fits: isRecord },
  { name: 'volatile', must: 'a list of texts', fits: isTextList },
  { name: 'check', must: 'a function', fits: isFunction },
  { name: 'limits', must: 'an object', fits: isRecord },
  { name: 'probe', must: 'a function', fits: isFunction },
  { name: 'fetchAlert', must: 'a function', fits: isFunction },
  { name: 'fetchPhotometry', must: 'a function', fits: isFunction },
  { name: 'photometryOf', must: 'a function', fits: isFunction },
  { name: 'toTarget', must: 'a function', fits: isFunction },
  { name: 'submission', must: 'an object', fits: isRecord }
]

interface Part {
  readonly name: string
  readonly must: string
  fits(value: unknown): boolean
}

/** Tells whether a value is built as a broker module is; what its schemas say is the registry's to check. */
export function isBrokerModule(value: unknown): value is AnyBrokerModule {
  return isRecord(value) && shapeFaults(value).length === 0
}

/** Says what keeps a value from being a broker module: 'fetchAlerts must be a function'; empty when nothing does. */
export function shapeFaults(value: unknown): string[] {
  if (!isRecord(value)) return ['it is not an object']
  const present = options.filter(({ name }) => value[name] !== undefined)
  return [...duties, ...present].filter(({ name, fits }) => !fits(value[name])).map(({ name, must }) => `${name} must be ${must}`)
}

/** Tells whether a value was meant to be a broker module, whatever it lacks. */
export function looksLikeModule(value: unknown): boolean {
  return isRecord(value) && ('fetchAlerts' in value || 'toGenericAlert' in value)
}

/** How faults call a module, or whatever stands in its place. */
export function titleOf(value: unknown, position: number): string {
  return isRecord(value) && isText(value['id']) ? `Broker module '${value['id']}'` : `Broker module number ${position}`
}
