import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { createContext } from '../../src/broker-kit/context.ts'
import { createRegistry, type InstalledBroker } from '../../src/broker-kit/registry.ts'
import { benchBroker } from './lsst-broker.ts'

/** A broker that answers with as many alerts as one asks it for, in a process of its own. */
export interface BenchUpstream {
  readonly url: string
  /** What makes a service use it. */
  readonly variables: Readonly<Record<string, string>>
  readonly broker: InstalledBroker
  close(): void
}

/** Which alerts to ask for. */
export interface AskedAlerts {
  readonly count: number
  /** Number of the first one; other numbers are other alerts. */
  readonly first: number
  /** About how long the text of one is [byte]. */
  readonly bytes: number
}

/** Starts the broker. */
export async function startBenchUpstream(): Promise<BenchUpstream> {
  const child = spawn(process.execPath, [fileURLToPath(new URL('alert-upstream.ts', import.meta.url))], {
    stdio: ['ignore', 'pipe', 'inherit']
  })
  const [line] = await once(child.stdout, 'data')
  const url = String(line).trim()
  const address = { BROKER_BENCH_LSST_BASE_URL: url }
  const { registry, faults } = createRegistry({ modules: [benchBroker], enabled: null, variables: address })
  const broker = registry.get(benchBroker.id)
  if (broker === undefined) throw new Error(faults.join('\n'))
  const variables = { ...address, BROKER_MODULES: fileURLToPath(new URL('lsst-broker.ts', import.meta.url)) }
  return { url, variables, broker, close: () => void child.kill() }
}

/** Reads and parses what the broker sends, and does nothing with it; answers how many alerts that were. */
export async function parseOnly({ broker }: BenchUpstream, asked: AskedAlerts): Promise<number> {
  const log = { debug: () => {}, info: () => {}, warn: () => {} }
  const context = createContext({ broker, signal: new AbortController().signal, log })
  let count = 0
  for await (const _ of broker.module.fetchAlerts(Object(asked), context)) count++
  return count
}

/** The body of a run that asks for alerts, without a cap. */
export function runOf(asked: AskedAlerts): object {
  return { brokerId: benchBroker.id, parameters: asked, caps: { alerts: null } }
}
