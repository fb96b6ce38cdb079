import { randomBytes } from 'node:crypto'
import { chown, mkdtemp, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Account, runAs } from './account.ts'
import type { Binaries } from './binaries.ts'
import { makeDataFolder, withDataFolder } from './data-folder.ts'

/** The files of an embedded PostgreSQL. */
export interface Cluster {
  /** Belongs to PostgreSQL's account; holds all the others. */
  readonly folder: string
  readonly data: string
  readonly pidFile: string
  readonly logFile: string
  readonly password: string
}

/** Where the cluster of a DATA_DIR is, or will be. */
export function clusterFolder(dataDir: string): string {
  return join(dataDir, 'postgresql')
}

const hour = 3_600_000 // [ms]

/** Opens the cluster of a DATA_DIR; makes one where there is none. */
export async function openCluster(dataDir: string, options: { account: Account; binaries: Binaries; durable: boolean }): Promise<Cluster> {
  const folder = clusterFolder(dataDir)
  await withDataFolder(dataDir, async () => {
    await makeDataFolder(dataDir)
    await removeLeftovers(dataDir)
  })
  const version = (await versionOf(folder)) ?? (await makeCluster(dataDir, options))
  const { major } = options.binaries
  if (version !== major) {
    throw new Error(
      `${folder} was written by PostgreSQL ${version}, and this release brings PostgreSQL ${major}: dump it with the old release first.`
    )
  }
  const data = join(folder, 'data')
  const password = await readFile(join(folder, 'password'), 'utf8')
  return { folder, data, password, pidFile: join(data, 'postmaster.pid'), logFile: join(folder, 'postgresql.log') }
}

async function versionOf(folder: string): Promise<string | undefined> {
  const text = await readFile(join(folder, 'data', 'PG_VERSION'), 'utf8').catch(error => {
    if (error.code === 'ENOENT') return undefined
    throw new Error(`The database in ${folder} belongs to another account: ${error.message}.`, { cause: error })
  })
  return text?.trim()
}

/** Makes the cluster aside and puts it in place by one rename, so that a crash or a second process cannot leave half of one. */
async function makeCluster(dataDir: string, { account, binaries, durable }: Parameters<typeof openCluster>[1]): Promise<string> {
  const aside = await withDataFolder(dataDir, () => mkdtemp(join(dataDir, 'new-')))
  const passwordFile = join(aside, 'password')
  await writeFile(passwordFile, randomBytes(24).toString('base64url'), { mode: 0o600 })
  if (account.uid !== undefined && account.gid !== undefined) {
    for (const path of [aside, passwordFile]) await chown(path, account.uid, account.gid)
  }
  const words = ['-D', join(aside, 'data'), '-U', 'postgres', '-A', 'scram-sha-256', `--pwfile=${passwordFile}`, '-E', 'UTF8']
  const locale = ['--no-locale', '--locale-provider=builtin', '--builtin-locale=C.UTF-8', ...(durable ? [] : ['--no-sync'])]
  try {
    await runAs(account, binaries.initdb, [...words, ...locale], aside)
    await rename(aside, clusterFolder(dataDir))
  } catch (error) {
    await rm(aside, { recursive: true, force: true })
    if ((await versionOf(clusterFolder(dataDir))) === undefined) throw error // otherwise another process was faster
  }
  return (await versionOf(clusterFolder(dataDir))) ?? ''
}

async function removeLeftovers(dataDir: string): Promise<void> {
  const names = (await readdir(dataDir)).filter(name => name.startsWith('new-'))
  for (const path of names.map(name => join(dataDir, name))) {
    const written = await stat(path).catch(() => undefined)
    if (written && Date.now() - written.mtimeMs > hour) await rm(path, { recursive: true, force: true })
  }
}
