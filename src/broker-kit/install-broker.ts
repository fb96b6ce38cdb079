import type { Static, TObject, TSchema } from '@sinclair/typebox'
import { type Check, type Complaint, compileCheck } from '../domain/schema.ts'
import { readLimits } from './broker-limits.ts'
import { type BrokerVariables, commonVariables, settingVariable } from './broker-variables.ts'
import type { AnyBrokerModule } from './define-broker.ts'
import type { InstalledBroker } from './registry.ts'
import { unreadableReason } from './source.ts'

/** A module that can run, or why it cannot. */
export interface Installation {
  readonly broker: InstalledBroker | null
  /** Sentences; they never hold the value of a setting. */
  readonly faults: readonly string[]
}

/** Compiles a module's schemas and applies what the operator wrote for it. */
export function installBroker(module: AnyBrokerModule, variables: BrokerVariables): Installation {
  const faults: string[] = []
  const compile = <S extends TSchema>(part: string, schema: S): Check<Static<S>> | null => {
    try {
      return compileCheck(schema)
    } catch (error) {
      faults.push(`Broker module '${module.id}': its ${part} do not compile as a schema: ${messageOf(error)}.`)
      return null
    }
  }
  const checkParameters = compile('parameters', module.parameters)
  const checkAlert = compile('alert fields', module.alert)
  const checkSettings = module.settings ? compile('settings', module.settings) : null
  faults.push(...moduleFaults(module).map(fault => `Broker module '${module.id}': ${fault}.`))
  const baseUrl = withSlash(variables.common.baseUrl ?? module.baseUrl)
  if (baseUrl === null && variables.common.baseUrl !== undefined) faults.push(`${settingVariable(module.id, 'baseUrl')} ${baseUrlMust}.`)
  const { limits, faults: limitFaults } = readLimits(module, variables.common)
  faults.push(...limitFaults)
  const settings = readSettings(module, variables.settings)
  faults.push(...settingFaults(module.id, settings, checkSettings?.complaints(settings) ?? []))
  if (!checkParameters || !checkAlert || baseUrl === null || faults.length > 0) return { broker: null, faults }

  const missingSettings = (module.settings?.required ?? []).filter(name => settings[name] === undefined)
  const parameterComplaints = (parameters: unknown): Complaint[] =>
    checkParameters(parameters) ? (module.check?.(Object(parameters)) ?? []) : checkParameters.complaints(parameters)
  const alertComplaints = (raw: unknown): Complaint[] => {
    const unreadable = unreadableReason(raw)
    return unreadable === null ? checkAlert.complaints(raw) : [{ pointer: '', message: unreadable }]
  }
  const read = { isAddressSet: variables.common.baseUrl !== undefined, settings: Object.freeze(settings), limits, missingSettings }
  return { broker: { module, baseUrl, ...read, parameterComplaints, alertComplaints }, faults }
}

const kebabCase = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/
const camelCase = /^[a-z][a-zA-Z0-9]*$/
const baseUrlMust = 'must be a web address that begins with http:// or https:// and has no user, query or fragment'

function moduleFaults({ id, baseUrl, parameters, settings }: AnyBrokerModule): string[] {
  const faults: string[] = []
  if (!kebabCase.test(id)) faults.push('its id must be kebab-case, as in my-broker')
  if (withSlash(baseUrl) === null) faults.push(`its baseUrl ${baseUrlMust}`)
  if (!isObjectSchema(parameters)) faults.push('its parameters must be one object schema')
  else if (parameters.additionalProperties !== false) faults.push('its parameters must be closed: additionalProperties: false')
  if (settings && !isObjectSchema(settings)) faults.push('its settings must be one object schema')
  else faults.push(...Object.entries(settings?.properties ?? {}).flatMap(([name, schema]) => settingSchemaFaults(name, schema)))
  return faults
}

function isObjectSchema(schema: TObject): boolean {
  const properties: unknown = schema.properties
  return schema.type === 'object' && typeof properties === 'object' && properties !== null
}

function settingSchemaFaults(name: string, schema: TSchema): string[] {
  if (!camelCase.test(name) || commonVariables.some(taken => taken === name)) {
    return [`its setting ${name} needs another name: camelCase, and not ${commonVariables.join(', ')}`]
  }
  const isSimple = ['string', 'number', 'integer', 'boolean'].includes(schema['type'])
  return isSimple ? [] : [`its setting ${name} must be a string, number, integer or boolean: it comes from an environment variable`]
}

/** The base URL as requests need it; null when it is none. */
function withSlash(text: string): string | null {
  const url = URL.parse(text)
  if (!url || !/^https?:$/.test(url.protocol) || url.username || url.password || /[?#]/.test(text)) return null
  return url.href.endsWith('/') ? url.href : `${url.href}/`
}

function readSettings({ settings }: AnyBrokerModule, texts: Readonly<Record<string, string>>): Record<string, unknown> {
  const entries = Object.entries(settings?.properties ?? {}).flatMap(([name, schema]): [string, unknown][] => {
    const text = texts[name]
    const value: unknown = text === undefined ? schema['default'] : coerce(text, schema['type'])
    return value === undefined ? [] : [[name, value]]
  })
  return Object.fromEntries(entries)
}

/** Reads a text as the type asks; what cannot be read so stays text, for the schema to complain about. */
function coerce(text: string, type: unknown): unknown {
  if (type === 'boolean' && (text === 'true' || text === 'false')) return text === 'true'
  const isNumber = (type === 'number' || type === 'integer') && /^-?\d+(\.\d+)?([eE][+-]?\d+)?$/.test(text)
  return isNumber ? Number(text) : text
}

/** What is wrong with the settings that are there; a missing one only keeps its broker from running. */
function settingFaults(id: string, settings: Readonly<Record<string, unknown>>, complaints: readonly Complaint[]): string[] {
  return complaints.flatMap(({ pointer, message }) => {
    const name = pointer.split('/')[1]
    return name !== undefined && settings[name] !== undefined ? [`${settingVariable(id, name)} ${message}.`] : []
  })
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
