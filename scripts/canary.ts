// npm run canary [id]: asks the live brokers a little, and says whether they still answer what their modules read. Never in CI.
import { createContext, maskOf } from '../src/broker-kit/context.ts'
import { loadModules } from '../src/broker-kit/load-modules.ts'
import { createRegistry, type InstalledBroker } from '../src/broker-kit/registry.ts'
import { isRetired } from '../src/broker-kit/retirement.ts'
import { builtInBrokers } from '../src/brokers/index.ts'
import { exampleOf } from '../src/catalog/example.ts'
import { readConfig } from '../src/config.ts'
import { normaliseAlert } from '../src/runs/normalise-alert.ts'
import { refuse } from './find-module.ts'

const [wanted] = process.argv.slice(2)
const mostAlerts = 20
const patience = 120_000 // for one broker [ms]
const limits = { retries: 1, requestTimeout: 30_000, totalTime: 60_000 }
const silence = { debug: () => {}, info: () => {}, warn: () => {} }

if (process.env['CI']) refuse('Brokers are not asked by CI: a broker that is down must not stop a change of ours.')
const { config, faults } = readConfig(process.env)
const loaded = await loadModules(config.brokerModules)
const installed = createRegistry({
  modules: [...builtInBrokers, ...loaded.modules],
  enabled: config.enabledBrokers,
  variables: config.brokerVariables
})
const allFaults = [...faults, ...loaded.faults, ...installed.faults]
if (allFaults.length > 0) refuse(allFaults.join('\n'))
const brokers = [...installed.registry.values()].filter(({ module }) => wanted === undefined || module.id === wanted)
if (brokers.length === 0) refuse(`There is no broker '${wanted}'.`)

let failures = 0
for (const broker of brokers) {
  const begun = performance.now()
  const reason = reasonToSkip(broker)
  const told = reason ?? (await ask(broker).catch(error => failure(broker, error)))
  process.stdout.write(`${broker.module.id}: ${told} (${((performance.now() - begun) / 1000).toFixed(1)} s)\n`)
}
process.exitCode = failures === 0 ? 0 : 1

/** Why a broker is not asked; null when it is. */
function reasonToSkip(broker: InstalledBroker): string | null {
  if (isRetired(broker)) return 'skipped, it is retired'
  if (broker.missingSettings.length > 0) return `skipped, it needs settings: ${broker.missingSettings.join(', ')}`
  // The broker of the tutorial is this service, which may not run.
  return broker.module.id === 'my-broker' && wanted === undefined ? 'skipped, it is served by this service' : null
}

async function ask(broker: InstalledBroker): Promise<string> {
  const { module } = broker
  const context = createContext({ broker, signal: AbortSignal.timeout(patience), log: silence, limits })
  await module.probe?.(context)
  const parameters = exampleOf(broker)
  if (parameters === null) return module.probe ? 'ok, its probe' : 'skipped, it has neither a probe nor an example'
  const reasons: string[] = []
  let count = 0
  for await (const value of module.fetchAlerts({ ...parameters }, context)) {
    const item = normaliseAlert(broker, value)
    if ('reason' in item) reasons.push(item.reason)
    if (++count >= mostAlerts) break
  }
  if (reasons.length > 0) throw new Error(`${reasons.length} of ${count} alerts cannot be read: ${reasons[0]}`)
  return `ok, ${module.probe ? 'its probe and ' : ''}${count} alerts of its example`
}

function failure(broker: InstalledBroker, error: unknown): string {
  failures++
  const thrown = maskOf(broker).thrown(error)
  return `FAILED, ${thrown instanceof Error ? thrown.message : String(thrown)}`
}
