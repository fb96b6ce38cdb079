import { fileURLToPath } from 'node:url'
import { type ServiceProcess, startProcess } from './process.ts'

const modules = ['./many-broker.ts', '../../docs/examples/ndjson-tail/index.js'].map(path => fileURLToPath(new URL(path, import.meta.url)))

/** The environment of processes that share a database and a stand-in, whose brokers answer below many/, alerce/ and tail/. */
export function fleetVariables(databaseUrl: string, upstreamUrl: string): Record<string, string> {
  return {
    DATABASE_URL: databaseUrl,
    BROKER_MODULES: modules.join(','),
    BROKER_MANY_BROKER_BASE_URL: `${upstreamUrl}many/`,
    BROKER_ALERCE_ZTF_BASE_URL: `${upstreamUrl}alerce/`,
    BROKER_NDJSON_TAIL_BASE_URL: `${upstreamUrl}tail/`
  }
}

/** Worker processes; one that was killed is replaced at once. */
export interface Fleet {
  /** The worker that lives and has begun this attempt at the run, when it is known. */
  holderOf(runId: string, attempt: number): ServiceProcess | undefined
  /** Ends a worker as a crash would, and starts another in its place. */
  kill(worker: ServiceProcess): Promise<void>
  stop(): Promise<void>
}

/** Starts so many workers. */
export async function startFleet(variables: Readonly<Record<string, string>>, size: number): Promise<Fleet> {
  const start = () => startProcess({ ...variables, ROLE: 'worker', LOG_LEVEL: 'info' })
  const workers = await Promise.all(Array.from({ length: size }, start))
  const replacements: Promise<void>[] = []
  const replace = async (dead: ServiceProcess) => {
    workers.splice(workers.indexOf(dead), 1)
    const successor = await start()
    workers.push(successor)
  }
  const beginnings = (worker: ServiceProcess, runId: string) =>
    worker
      .output()
      .split('\n')
      .flatMap(line => (line.includes(runId) && line.includes('The run begins.') ? [Number(JSON.parse(line).attempt)] : []))
  return {
    holderOf: (runId, attempt) => workers.find(worker => beginnings(worker, runId).includes(attempt)),
    kill: async worker => {
      await worker.kill()
      const replaced = replace(worker)
      replacements.push(replaced)
      if (workers.length === 0) await replaced
    },
    stop: async () => {
      await Promise.all(replacements)
      await Promise.all(workers.map(worker => worker.kill()))
    }
  }
}
