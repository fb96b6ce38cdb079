import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

const main = fileURLToPath(new URL('../../src/main.ts', import.meta.url))

/** The service as a process of its own. */
export interface ServiceProcess {
  readonly url: string
  readonly child: ChildProcess
  /** Everything it wrote so far. */
  output(): string
  /** Most memory that it has held so far [MB]; null where the system does not tell. */
  peakMemory(): number | null
  /** Ends it as a crash would, and waits until it is gone. */
  kill(): Promise<void>
  /** Asks it to stop; answers its exit code. */
  stop(): Promise<number | null>
}

/** Starts the service with these environment variables and waits until it listens; throws with its output when it does not. */
export async function startProcess(variables: Readonly<Record<string, string>>): Promise<ServiceProcess> {
  const { PATH = '', HOME = '', TMPDIR = '' } = process.env
  // Modules outside of src import the broker kit by the name of the package, which is not built here.
  const child = spawn(process.execPath, ['--conditions=tom-alerts-source', main], {
    env: { PATH, HOME, TMPDIR, PORT: '0', ...variables },
    stdio: ['ignore', 'pipe', 'pipe']
  })
  const lines: string[] = []
  const listening = Promise.withResolvers<string>()
  for (const stream of [child.stdout, child.stderr]) {
    createInterface({ input: stream }).on('line', line => {
      lines.push(line)
      const url = /listening at (http:\/\/[^"\s]+)/.exec(line)?.[1]
      if (url) listening.resolve(url)
    })
  }
  const output = () => lines.join('\n')
  const exited = once(child, 'exit').then(([code]): number | null => (typeof code === 'number' ? code : null))
  void exited.then(code => listening.reject(new Error(`The service exited with ${code}:\n${output()}`)))
  const end = (signal: NodeJS.Signals) => {
    child.kill(signal)
    return exited
  }
  const url = await listening.promise
  return {
    url,
    child,
    output,
    peakMemory: () => peakMemoryOf(child),
    kill: async () => void (await end('SIGKILL')),
    stop: () => end('SIGTERM')
  }
}

function peakMemoryOf({ pid }: ChildProcess): number | null {
  if (process.platform !== 'linux') return null
  const kilobytes = /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
  return kilobytes === undefined ? null : Number(kilobytes) / 1000
}
