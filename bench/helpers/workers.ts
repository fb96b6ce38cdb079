import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { setPriority } from 'node:os'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { startProcess } from '../../test/helpers/process.ts'

/** Worker processes that can be held back. */
export interface Workers {
  /** Keeps them from doing anything, or lets them go. */
  hold(isHeld: boolean): void
  stop(): Promise<void>
}

/** How workers are started. */
export interface WorkerOptions {
  readonly count: number
  /** As `nice` has it: from 0 to 19, which takes the processor only when nobody else wants it. */
  readonly niceness: number
  readonly variables: Readonly<Record<string, string>>
}

/** Starts workers. */
export async function startWorkers({ count, niceness, variables }: WorkerOptions): Promise<Workers> {
  const workers = await Promise.all(Array.from({ length: count }, () => startProcess({ ...variables, ROLE: 'worker', LOG_LEVEL: 'info' })))
  for (const { child } of workers) if (child.pid !== undefined) setPriority(child.pid, niceness)
  return {
    hold: isHeld => workers.forEach(({ child }) => void child.kill(isHeld ? 'SIGSTOP' : 'SIGCONT')),
    stop: async () => void (await Promise.all(workers.map(worker => worker.stop())))
  }
}

/** Starts the stand-ins for all built-in brokers; answers the environment of a service that asks them. */
export async function startBrokers(): Promise<{ readonly variables: Readonly<Record<string, string>>; close(): void }> {
  const file = fileURLToPath(new URL('broker-upstreams.ts', import.meta.url))
  const child = spawn(process.execPath, [file], { stdio: ['ignore', 'pipe', 'inherit'] })
  const [line] = await once(createInterface({ input: child.stdout }), 'line')
  return { variables: JSON.parse(String(line)), close: () => void child.kill() }
}
