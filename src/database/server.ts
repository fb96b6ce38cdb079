import { once } from 'node:events'
import { open, readFile, readlink, realpath } from 'node:fs/promises'
import { createServer } from 'node:net'
import { platform } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { type Account, runAs } from './account.ts'
import type { Binaries } from './binaries.ts'
import type { Cluster } from './cluster.ts'

/** What it takes to start and stop the server of a cluster. */
export interface ServerOptions {
  readonly cluster: Cluster
  readonly binaries: Binaries
  readonly account: Account
  /** False for tests: what is written may be lost when the machine stops. */
  readonly durable: boolean
  /** Most connections at once [count]. */
  readonly connections: number
}

const patience = 300 // longest crash recovery we wait for [s]

/** Where the superuser reaches the server. */
export function urlOf({ password }: Cluster, port: number): string {
  return `postgresql://postgres:${password}@127.0.0.1:${port}/postgres`
}

/**
 * Finds the server that runs on a cluster and answers its port, waiting while it starts, recovers or stops; undefined
 * when there is none. Whoever lets us in by the password of the cluster is its server, whatever the pid file says.
 */
export async function runningServer(cluster: Cluster): Promise<number | undefined> {
  const deadline = Date.now() + patience * 1000
  while (Date.now() < deadline) {
    const [pid = '', , , port = ''] = (await readFile(cluster.pidFile, 'utf8').catch(() => '')).split('\n')
    if (pid === '') return undefined
    if (port !== '' && (await answers(urlOf(cluster, Number(port))))) return Number(port)
    if (!(await isServerOf(cluster, pid))) {
      await disown(cluster, pid)
      return undefined
    }
    await sleep(50)
  }
  throw new Error(`The PostgreSQL of ${cluster.folder} has not answered for ${patience} s, see ${cluster.logFile}.`)
}

async function answers(url: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5_000 })
  client.on('error', () => {})
  try {
    await client.connect()
    return true
  } catch {
    return false
  } finally {
    await client.end().catch(() => {})
  }
}

/** A pid file outlives a killed server, and its number may by now be a zombie or another program altogether. */
async function isServerOf({ data }: Cluster, pid: string): Promise<boolean> {
  if (platform() !== 'linux') {
    const command = await runAs({}, '/bin/ps', ['-o', 'comm=', '-p', pid]).catch(() => '')
    return command.includes('postgres')
  }
  const folder = await readlink(`/proc/${pid}/cwd`).catch(() => undefined)
  return folder === (await realpath(data))
}

/**
 * Puts a number that no process has in the place of a dead server's, so that PostgreSQL does not take a stranger for it.
 * The rest stays: PostgreSQL learns from it whether anyone still uses the server's memory. All through one descriptor,
 * so that the file of a server that starts meanwhile is another one.
 */
async function disown({ pidFile }: Cluster, pid: string): Promise<void> {
  if (platform() === 'win32') return // there PostgreSQL knows its own processes
  const file = await open(pidFile, 'r+').catch(() => undefined)
  const text = (await file?.readFile('utf8')) ?? ''
  if (text.startsWith(`${pid}\n`)) await file?.write(text.replace(pid, '2147483647'), 0)
  await file?.close()
}

/** Starts the server of a cluster in a session of its own, so that no signal meant for us reaches it. */
export async function startServer({ cluster, binaries, account, durable, connections }: ServerOptions): Promise<void> {
  const settings = [
    'listen_addresses=127.0.0.1',
    `port=${await freePort()}`,
    'unix_socket_directories=',
    `max_connections=${connections}`,
    'shared_buffers=128MB',
    'log_timezone=UTC',
    ...(durable ? [] : ['fsync=off', 'synchronous_commit=off', 'full_page_writes=off'])
  ]
  const words = [
    'start',
    '-D',
    cluster.data,
    '-l',
    cluster.logFile,
    '-s',
    '-w',
    '-t',
    `${patience}`,
    '-o',
    settings.map(setting => `-c ${setting}`).join(' ')
  ]
  try {
    await runAs(account, binaries.pgCtl, words, cluster.folder)
  } catch (cause) {
    const log = await readFile(cluster.logFile, 'utf8').catch(() => '')
    const end = log.trimEnd().split('\n').slice(-5).join(' | ')
    throw new Error(`The embedded PostgreSQL did not start: ${end || String(cause)}`, { cause })
  }
}

/** Stops the server of a cluster: ends its sessions, writes everything out, and is gone when this answers. */
export async function stopServer({ cluster, binaries, account }: ServerOptions): Promise<void> {
  await runAs(account, binaries.pgCtl, ['stop', '-D', cluster.data, '-m', 'fast', '-s', '-w', '-t', `${patience}`], cluster.folder)
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  if (typeof address !== 'object' || address === null) throw new Error('There is no free port on 127.0.0.1.')
  return address.port
}
