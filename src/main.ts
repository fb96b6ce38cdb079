import { setFlagsFromString } from 'node:v8'
import { destination, type Logger, pino, stdSerializers } from 'pino'
import { buildApp } from './app.ts'
import { maskOf } from './broker-kit/context.ts'
import { loadModules } from './broker-kit/load-modules.ts'
import { createRegistry, type Registry } from './broker-kit/registry.ts'
import { builtInBrokers } from './brokers/index.ts'
import { type Config, readConfig } from './config.ts'
import { openDatabase } from './database.ts'
import { openGates } from './outbound/gates.ts'
import { startHousekeeping } from './runs/keep-house.ts'
import type { Reserve } from './runs/reservation.ts'
import { createServiceMetrics } from './service-metrics.ts'
import { startWork, type Work } from './work.ts'

/** In-flight requests have so long to come to an end [ms]. */
const drainMilliseconds = 8000
/** Whatever still hangs then, the process ends [ms]. */
const exitMilliseconds = 9500

// Batches of alerts leave much garbage: collecting it when the heap is half above what is alive keeps the memory of a run flat.
setFlagsFromString('--heap-growing-percent=50')
setFlagsFromString('--semi-space-growth-factor=1')

const { config, faults } = readConfig(process.env)
// Written at once: what is buffered when the process ends would be lost.
const log = pino({ level: config.logLevel, serializers: { error: stdSerializers.err } }, destination({ sync: true }))
const installed = await loadModules(config.brokerModules)
const { registry, faults: brokerFaults } = createRegistry({
  modules: [...builtInBrokers, ...installed.modules],
  enabled: config.enabledBrokers,
  variables: config.brokerVariables
})
const allFaults = [...faults, ...installed.faults, ...brokerFaults]
if (allFaults.length > 0) end(1, allFaults)

// A module may leave a promise to itself: that must not end every run and request, nor tell a secret.
process.on('unhandledRejection', thrown => log.error({ error: masked(thrown) }, 'A promise failed that nobody waited for.'))
process.on('uncaughtException', thrown => {
  log.fatal({ error: masked(thrown) }, 'Something was thrown that nobody caught; the process ends.')
  end(1, [])
})

const service = start({ config, registry, log })
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => void stop(signal))
service.catch(error => end(1, [error instanceof Error ? error.message : String(error)]))

interface Parts {
  readonly config: Config
  readonly registry: Registry
  readonly log: Logger
}

/** Opens the database, listens and takes up runs; what was begun is ended again when it cannot. */
async function start({ config, registry, log }: Parts): Promise<{ close(): Promise<void> }> {
  const database = await openDatabase({ url: config.databaseUrl, dataDir: config.dataDir, log })
  try {
    const metrics = createServiceMetrics({ database, registry })
    const gates = await openGates({ database, registry, log, metrics })
    let worker: Work | null = null
    const reserve: Reserve = brokerId => worker?.reserve(brokerId) ?? null
    const app = await buildApp({ config, database, registry, gates, metrics, reserve, logger: log })
    await app.listen({ host: config.host, port: config.port })
    worker =
      config.role === 'api'
        ? null
        : startWork({ database, registry, gates, log, metrics, concurrency: config.workerConcurrency, matchRadius: config.matchRadius })
    const house = config.role === 'api' ? null : startHousekeeping({ database, log, retentionDays: config.runRetentionDays })
    const close = async () => {
      setTimeout(() => app.server.closeAllConnections(), drainMilliseconds).unref()
      app.health.drain()
      await Promise.all([app.close(), worker?.stop(), house?.stop()])
      await gates.close()
      await database.close()
    }
    return { close }
  } catch (error) {
    await database.close()
    throw error
  }
}

/** Lets in-flight requests finish, hands runs back, closes the database and ends the process; also while it still starts. */
async function stop(signal: string): Promise<void> {
  log.info({ signal }, 'Stopping.')
  setTimeout(() => end(1, ['Something hung: the process ends all the same.']), exitMilliseconds).unref()
  const { close } = await service
  await close()
  log.info({ signal }, 'Stopped.')
  end(0, [])
}

/** What was thrown, without the secrets of any broker. */
function masked(thrown: unknown): unknown {
  return [...registry.values()].reduce((error, broker) => maskOf(broker).thrown(error), thrown)
}

function end(code: number, sentences: readonly string[]): never {
  for (const sentence of sentences) process.stderr.write(`${sentence}\n`)
  process.exit(code)
}
