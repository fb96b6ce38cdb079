import { type Static, type TSchema, Type } from '@sinclair/typebox'
import { compileCheck, StringEnum } from '../domain/schema.ts'

/** The environment of a process: names to texts. */
export type Environment = Readonly<Record<string, string | undefined>>

/** Fewest characters of a secret in API_TOKENS [count]. */
export const shortestSecret = 16

/** Every variable the service reads, BROKER_<ID>_* aside. A variable without a default may stay unset. */
export const Variables = Type.Object({
  HOST: Type.String({
    default: '127.0.0.1',
    description: 'Address to listen on. Any but a loopback address needs API_TOKENS.'
  }),
  PORT: Type.Integer({
    default: 3000,
    minimum: 0,
    maximum: 65_535,
    description: 'Port to listen on; 0 takes any free one.'
  }),
  ROLE: StringEnum(['all', 'api', 'worker'], {
    default: 'all',
    description: 'What this process does: api answers requests, worker executes runs (and answers probes), all does both.'
  }),
  DATABASE_URL: Type.Optional(
    Type.String({
      description: 'PostgreSQL 15 or newer, as postgresql://user:password@host:5432/name. Unset: an embedded PostgreSQL in DATA_DIR.'
    })
  ),
  DATA_DIR: Type.String({
    default: './.data',
    description: 'Folder of the embedded PostgreSQL. Not used with DATABASE_URL.'
  }),
  LOG_LEVEL: StringEnum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'], {
    default: 'info',
    description: 'Least severe level that is logged.'
  }),
  API_TOKENS: Type.Optional(
    Type.String({
      description: `Who may call, as name:secret,name:secret; a secret has at least ${shortestSecret} characters. Unset: everyone on this machine.`
    })
  ),
  BROKER_MODULES: Type.Optional(
    Type.String({ description: 'Broker modules to add, separated by commas: paths of files or names of installed packages.' })
  ),
  ENABLED_BROKERS: Type.Optional(
    Type.String({ description: 'Ids of the brokers to offer, separated by commas. Unset: all that are installed.' })
  ),
  WORKER_CONCURRENCY: Type.Integer({
    default: 4,
    minimum: 1,
    maximum: 64,
    description: 'Runs that a worker executes at once [count].'
  }),
  RUN_RETENTION_DAYS: Type.Optional(
    Type.Integer({
      minimum: 1,
      maximum: 36_500,
      description: 'How long the results of a run are kept after it ended [day]; what a target came from is kept for ever. Unset: for ever.'
    })
  ),
  MATCH_RADIUS: Type.Number({
    default: 2,
    exclusiveMinimum: 0,
    maximum: 60,
    description: 'Targets closer together than this are the same, unless a request says otherwise [arcsec].'
  })
})
export type Variables = Static<typeof Variables>

const check = compileCheck(Variables)
const schemas: readonly [string, TSchema][] = Object.entries(Variables.properties)

/** Takes each variable from the environment; where it is unset, empty or wrong its default stands in. */
export function readVariables(environment: Environment): { variables: Variables; faults: string[] } {
  const variables = valuesOf(environment)
  if (check(variables)) return { variables, faults: [] }

  const complaints = check.complaints(variables).map(({ pointer, message }) => ({ name: pointer.slice(1), message }))
  const faulty = new Set(complaints.map(({ name }) => name))
  const sound = valuesOf(Object.fromEntries(Object.entries(environment).filter(([name]) => !faulty.has(name))))
  if (!check(sound)) throw new Error('The defaults of the variables do not fit their own schema.')
  return { variables: sound, faults: complaints.map(({ name, message }) => `${name} ${message}; it is "${environment[name]}".`) }
}

function valuesOf(environment: Environment): Record<string, unknown> {
  const values = schemas.map(([name, schema]) => [name, readValue(environment[name]?.trim(), schema)])
  return Object.fromEntries(values.filter(([, value]) => value !== undefined))
}

/** An empty variable counts as unset, because that is what `NAME=` in an env file or compose file means. */
function readValue(text: string | undefined, schema: TSchema): unknown {
  if (!text) return schema['default']
  const isNumber =
    (schema['type'] === 'integer' && /^-?\d{1,9}$/.test(text)) || (schema['type'] === 'number' && /^-?\d{1,9}(\.\d{1,9})?$/.test(text))
  return isNumber ? Number(text) : text
}
