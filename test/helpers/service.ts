import { createServer } from 'node:http'
import type { FastifyBaseLogger, FastifyInstance } from 'fastify'
import { buildApp } from '../../src/app.ts'
import type { AnyBrokerModule } from '../../src/broker-kit/define-broker.ts'
import { createRegistry, type Registry } from '../../src/broker-kit/registry.ts'
import { builtInBrokers } from '../../src/brokers/index.ts'
import { type Config, readConfig } from '../../src/config.ts'
import { type Database, openDatabase } from '../../src/database.ts'
import { type Gates, openGates } from '../../src/outbound/gates.ts'
import type { Policy } from '../../src/outbound/policy.ts'
import { createServiceMetrics } from '../../src/service-metrics.ts'
import { startWork } from '../../src/work.ts'
import { createTestDatabase, silent } from './database.ts'

/** An answer of the service. A member of the body that is not what a test thinks fails its assertion. */
export interface Answer {
  readonly status: number
  readonly headers: Headers
  readonly body: ReturnType<typeof JSON.parse>
  readonly text: string
}

interface RequestOptions {
  readonly headers?: Readonly<Record<string, string>>
  /** Sent as JSON, a string as it is. */
  readonly body?: unknown
}

/** A whole service in this process, with a database of its own. */
export interface Service {
  readonly url: string
  readonly app: FastifyInstance
  readonly config: Config
  readonly database: Database
  readonly registry: Registry
  readonly gates: Gates
  request(method: string, path: string, options?: RequestOptions): Promise<Answer>
  get(path: string, headers?: Record<string, string>): Promise<Answer>
  post(path: string, body?: unknown, headers?: Record<string, string>): Promise<Answer>
  patch(path: string, body: unknown, headers?: Record<string, string>): Promise<Answer>
  delete(path: string, headers?: Record<string, string>): Promise<Answer>
  close(): Promise<void>
}

interface ServiceOptions {
  /** Environment variables, as an operator sets them. */
  readonly variables?: Readonly<Record<string, string>>
  /** Broker modules beside the built-in ones. */
  readonly modules?: readonly AnyBrokerModule[]
  readonly logger?: FastifyBaseLogger
  /** Another way to the database than the direct one. */
  readonly via?: (databaseUrl: string) => Promise<string>
  /** Another treatment of brokers than the usual one. */
  readonly policy?: Partial<Policy>
}

/** Starts a service on a free port of this machine, with a worker that executes its runs. */
export async function startService({ variables = {}, modules = [], logger, via, policy = {} }: ServiceOptions = {}): Promise<Service> {
  // The address is part of the configuration, so the port is taken before there is an application to answer on it.
  const server = createServer()
  const port = await listen(server)
  const { config, faults } = readConfig({ PORT: String(port), ...variables })
  const { brokerVariables, enabledBrokers: enabled } = config
  const made = createRegistry({ modules: [...builtInBrokers, ...modules], enabled, variables: brokerVariables })
  const allFaults = [...faults, ...made.faults]
  if (allFaults.length > 0) throw new Error(allFaults.join('\n'))
  const { registry } = made
  const home = await createTestDatabase()
  const database = await openDatabase({ url: via ? await via(home.url) : home.url, log: silent })
  const metrics = createServiceMetrics({ database, registry })
  const gates = await openGates({ database, registry, log: silent, metrics, policy })
  const worker = startWork({
    database,
    registry,
    gates,
    log: quiet,
    metrics,
    concurrency: config.workerConcurrency,
    matchRadius: config.matchRadius
  })
  const app = await buildApp({ config, database, registry, gates, metrics, reserve: worker.reserve, ...(logger && { logger }) })
  await app.ready()
  server.on('request', (request, response) => app.routing(request, response))
  server.on('clientError', (error, socket) => app.server.emit('clientError', error, socket))
  const close = async () => {
    app.health.drain()
    server.close()
    server.closeAllConnections()
    await app.close()
    await worker.stop()
    await gates.close()
    await database.close()
    await home.drop()
  }
  const url = `http://127.0.0.1:${port}`
  return { url, app, config, database, registry, gates, close, ...clientOf(url) }
}

const quiet = { ...silent, debug: () => {} }

function listen(server: ReturnType<typeof createServer>): Promise<number> {
  return new Promise(resolve => {
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      resolve(typeof address === 'object' && address !== null ? address.port : 0)
    })
  })
}

function clientOf(url: string) {
  const request = async (method: string, path: string, { headers = {}, body }: RequestOptions = {}): Promise<Answer> => {
    const sent = body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }
    const type = body === undefined ? {} : { 'content-type': 'application/json' }
    const response = await fetch(url + path, { method, headers: { ...type, ...headers }, ...sent })
    const text = await response.text()
    const isJson = response.headers.get('content-type')?.includes('json') && !response.headers.get('content-type')?.includes('ndjson')
    return { status: response.status, headers: response.headers, text, body: isJson && text !== '' ? JSON.parse(text) : undefined }
  }
  return {
    request,
    get: (path: string, headers = {}) => request('GET', path, { headers }),
    post: (path: string, body?: unknown, headers = {}) => request('POST', path, { body, headers }),
    patch: (path: string, body: unknown, headers = {}) => request('PATCH', path, { body, headers }),
    delete: (path: string, headers = {}) => request('DELETE', path, { headers })
  }
}
