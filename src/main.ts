import { setFlagsFromString } from 'node:v8'
import { pino } from 'pino'
import { buildApp } from './app.ts'
import { loadModules } from './broker-kit/load-modules.ts'
import { createRegistry } from './broker-kit/registry.ts'
import { builtInBrokers } from './brokers/index.ts'
import { readConfig } from './config.ts'
import { openDatabase } from './database.ts'
import { startWorker } from './runs/worker.ts'

/** In-flight requests have so long to come to an end [ms]. */
const drainMilliseconds = 8000
/** Whatever still hangs then, the process ends [ms]. */
const exitMilliseconds = 9500

// Batches of alerts leave much garbage: collecting it a fifth above what is alive keeps the memory of a run flat.
setFlagsFromString('--heap-growing-percent=20')

const { config, faults } = readConfig(process.env)
const log = pino({ level: config.logLevel })
const installed = await loadModules(config.brokerModules)
const { registry, faults: brokerFaults } = createRegistry({
  modules: [...builtInBrokers, ...installed.modules],
  enabled: config.enabledBrokers,
  variables: config.brokerVariables
})
refuse([...faults, ...installed.faults, ...brokerFaults])

const database = await openDatabase({ url: config.databaseUrl, dataDir: config.dataDir, log }).catch(stop)
const app = await buildApp({ config, database, registry, logger: log })
await app.listen({ host: config.host, port: config.port }).catch(stop)
const worker = config.role === 'api' ? null : startWorker({ database, registry, log, concurrency: config.workerConcurrency })

for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => void shutDown(signal))

/** Ends the process when it was configured wrongly, with all that is wrong. */
function refuse(sentences: readonly string[]): void {
  if (sentences.length === 0) return
  for (const sentence of sentences) process.stderr.write(`${sentence}\n`)
  process.exit(1)
}

/** Ends the process when it cannot do its work. */
function stop(error: unknown): never {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
  process.exit(1)
}

/** Lets in-flight requests finish, hands runs back, closes the database and ends the process. */
async function shutDown(signal: string): Promise<void> {
  log.info({ signal }, 'Stopping.')
  setTimeout(() => app.server.closeAllConnections(), drainMilliseconds).unref()
  setTimeout(() => process.exit(1), exitMilliseconds).unref()
  app.health.drain()
  await Promise.all([app.close(), worker?.stop()])
  await database.close()
  log.info({ signal }, 'Stopped.')
  process.exit(0)
}
