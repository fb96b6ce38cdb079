import type { AnyBrokerModule } from './define-broker.ts'
import { nearestNames } from './nearest.ts'

/** What an operator can set for every broker; no module has settings of these names. */
export const commonVariables = ['baseUrl', 'maxConcurrency', 'maxRequests'] as const
export type CommonVariable = (typeof commonVariables)[number]

/** What the operator wrote for one broker, as text. */
export interface BrokerVariables {
  readonly common: Readonly<Partial<Record<CommonVariable, string>>>
  /** By name of the setting. */
  readonly settings: Readonly<Record<string, string>>
}

/** What an operator wrote who wrote nothing. */
export const noVariables: BrokerVariables = { common: {}, settings: {} }

/** The variables by id of their broker, and what is wrong with the rest. */
export interface SortedVariables {
  readonly byBroker: ReadonlyMap<string, BrokerVariables>
  readonly faults: readonly string[]
}

/** Name of the variable that holds a setting of a broker: `apiToken` of `lasair-ztf` is BROKER_LASAIR_ZTF_API_TOKEN. */
export function settingVariable(brokerId: string, setting: string): string {
  return `BROKER_${upperSnake(brokerId)}_${upperSnake(setting)}`
}

function upperSnake(name: string): string {
  return name
    .replaceAll('-', '_')
    .replace(/(?<=[a-z0-9])(?=[A-Z])/g, '_')
    .toUpperCase()
}

/** Sorts the BROKER_* variables by broker; the faults name those that no installed broker knows, never their values. */
export function sortVariables(modules: readonly AnyBrokerModule[], variables: Readonly<Record<string, string>>): SortedVariables {
  const meanings = meaningsOf(modules)
  const known = [...meanings.keys()]
  const faults: string[] = []
  const byBroker = new Map<string, Writable>(modules.map(({ id }) => [id, { common: {}, settings: {} }]))
  for (const [name, value] of Object.entries(variables)) {
    if (!name.startsWith('BROKER_') || name === 'BROKER_MODULES' || value === '') continue
    const meaning = meanings.get(name)
    const broker = meaning && byBroker.get(meaning.brokerId)
    if (!meaning || !broker) faults.push(unknownVariable(name, known))
    else if (meaning.isCommon) broker.common[meaning.name] = value
    else broker.settings[meaning.name] = value
  }
  return { byBroker, faults }
}

interface Writable {
  readonly common: Partial<Record<CommonVariable, string>>
  readonly settings: Record<string, string>
}

type Meaning = { readonly brokerId: string } & (
  | { readonly isCommon: true; readonly name: CommonVariable }
  | { readonly isCommon: false; readonly name: string }
)

/** What each variable means. Where two brokers could mean it (`a` with `bToken`, `a-b` with `token`), the longer id wins. */
function meaningsOf(modules: readonly AnyBrokerModule[]): Map<string, Meaning> {
  const byLength = modules.toSorted((a, b) => a.id.length - b.id.length)
  return new Map(
    byLength.flatMap(({ id, settings }): [string, Meaning][] => [
      ...commonVariables.map((name): [string, Meaning] => [settingVariable(id, name), { brokerId: id, isCommon: true, name }]),
      ...Object.keys(settings?.properties ?? {}).map((name): [string, Meaning] => [
        settingVariable(id, name),
        { brokerId: id, isCommon: false, name }
      ])
    ])
  )
}

function unknownVariable(name: string, known: readonly string[]): string {
  if (known.length === 0) return `${name} is not known: no broker is installed.`
  return `${name} is not known; the nearest that are: ${nearestNames(name, known, 3).join(', ')}.`
}
