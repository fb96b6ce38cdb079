import { BlockList, isIP } from 'node:net'
import { resolve } from 'node:path'
import { type ApiToken, readTokens } from './config/tokens.ts'
import { type Environment, readVariables, type Variables } from './config/variables.ts'

/** How this process was asked to run; frozen. */
export interface Config {
  readonly host: string
  readonly port: number
  readonly role: Variables['ROLE']
  /** Null: the embedded PostgreSQL. */
  readonly databaseUrl: string | null
  /** Folder of the embedded PostgreSQL; an absolute path. */
  readonly dataDir: string
  readonly logLevel: Variables['LOG_LEVEL']
  /** Empty: everyone on this machine may call. */
  readonly apiTokens: readonly ApiToken[]
  readonly brokerModules: readonly string[]
  /** Null: every installed broker. */
  readonly enabledBrokers: readonly string[] | null
  /** Runs that this process executes at once [count]. */
  readonly workerConcurrency: number
  /** How long results are kept [day]; null: for ever. */
  readonly runRetentionDays: number | null
  /** Targets closer together than this are the same, unless a request says otherwise [arcsec]. */
  readonly matchRadius: number
  /** BROKER_<ID>_<SETTING> and BROKER_<ID>_BASE_URL as written; what they mean is for the registry to say. */
  readonly brokerVariables: Readonly<Record<string, string>>
}

/** Reads the whole configuration. The faults are sentences that name their variable and hold no secret. */
export function readConfig(environment: Environment): { config: Config; faults: string[] } {
  const { variables, faults } = readVariables(environment)
  const { tokens, faults: tokenFaults } = variables.API_TOKENS === undefined ? { tokens: [], faults: [] } : readTokens(variables.API_TOKENS)
  const config: Config = {
    host: variables.HOST,
    port: variables.PORT,
    role: variables.ROLE,
    databaseUrl: variables.DATABASE_URL ?? null,
    dataDir: resolve(variables.DATA_DIR),
    logLevel: variables.LOG_LEVEL,
    apiTokens: Object.freeze(tokens),
    brokerModules: Object.freeze(listOf(variables.BROKER_MODULES ?? '')),
    enabledBrokers: variables.ENABLED_BROKERS === undefined ? null : Object.freeze(listOf(variables.ENABLED_BROKERS)),
    workerConcurrency: variables.WORKER_CONCURRENCY,
    runRetentionDays: variables.RUN_RETENTION_DAYS ?? null,
    matchRadius: variables.MATCH_RADIUS,
    brokerVariables: Object.freeze(brokerVariablesOf(environment, variables))
  }
  return { config: Object.freeze(config), faults: [...faults, ...tokenFaults, ...hostFaults(variables), ...databaseUrlFaults(variables)] }
}

function listOf(text: string): string[] {
  return text
    .split(',')
    .map(item => item.trim())
    .filter(item => item !== '')
}

const loopback = new BlockList()
loopback.addSubnet('127.0.0.0', 8, 'ipv4')
loopback.addAddress('::1', 'ipv6')

function isLoopback(host: string): boolean {
  const family = isIP(host)
  return family === 0 ? host === 'localhost' : loopback.check(host, family === 6 ? 'ipv6' : 'ipv4')
}

function isHost(host: string): boolean {
  return isIP(host) !== 0 || /^[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?([.][a-z0-9_]([a-z0-9_-]*[a-z0-9_])?)*[.]?$/i.test(host)
}

function hostFaults({ HOST, API_TOKENS }: Variables): string[] {
  if (!isHost(HOST)) return [`HOST must be an IP address or the name of a host; it is "${HOST}".`]
  if (isLoopback(HOST) || API_TOKENS !== undefined) return []
  return [`HOST is "${HOST}", which other machines can reach: set API_TOKENS to say who may call, or listen on 127.0.0.1.`]
}

function databaseUrlFaults({ DATABASE_URL }: Variables): string[] {
  if (DATABASE_URL === undefined) return []
  const url = URL.parse(DATABASE_URL)
  if (url === null || !['postgresql:', 'postgres:'].includes(url.protocol) || url.pathname.length < 2) {
    return ['DATABASE_URL must be postgresql://user:password@host:5432/name, with special characters in the password percent-encoded.']
  }
  if (url.searchParams.has('schema')) return ['DATABASE_URL must not name a schema: the tables are in "public" of a database of their own.']
  return []
}

/** The broker of the tutorial is served by this process, so its address follows from where we listen. */
function brokerVariablesOf(environment: Environment, { HOST, PORT }: Variables): Record<string, string> {
  const written = Object.entries(environment).flatMap(([name, value]) => {
    const text = value?.trim()
    return name.startsWith('BROKER_') && name !== 'BROKER_MODULES' && text ? [[name, text] as const] : []
  })
  const reachable = ['0.0.0.0', '::'].includes(HOST) ? '127.0.0.1' : HOST
  const host = isIP(reachable) === 6 ? `[${reachable}]` : reachable
  const address = `http://${host}:${PORT}/examples/my-broker/`
  // Where HOST is wrong, that is the fault to tell.
  const isAddress = isHost(HOST) && URL.canParse(address)
  return { ...(isAddress && { BROKER_MY_BROKER_BASE_URL: address }), ...Object.fromEntries(written) }
}
