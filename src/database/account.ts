import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { stat } from 'node:fs/promises'
import { userInfo } from 'node:os'
import { basename, dirname } from 'node:path'
import { text } from 'node:stream/consumers'

/** The account that PostgreSQL runs under; empty: the one of this process. */
export interface Account {
  readonly uid?: number
  readonly gid?: number
}

const nobody = 65_534

/** True when this process is root, which PostgreSQL refuses to run as. */
export function isRoot(): boolean {
  return currentUid() === 0
}

function currentUid(): number {
  try {
    return userInfo().uid
  } catch (cause) {
    throw new Error('The embedded PostgreSQL does not run under an account that this machine has no name for: set DATABASE_URL.', { cause })
  }
}

/** As root, PostgreSQL runs as the owner of its folder, or as nobody while there is none. */
export async function accountFor(folder: string): Promise<Account> {
  if (!isRoot()) return {}
  const owner = await stat(folder).catch(() => undefined)
  return owner && owner.uid !== 0 ? { uid: owner.uid, gid: owner.gid } : { uid: nobody, gid: nobody }
}

/** Runs a program of PostgreSQL to its end and answers what it wrote; its environment holds nothing of ours. */
export async function runAs(account: Account, program: string, words: readonly string[], folder = '/'): Promise<string> {
  const child = spawn(program, words, {
    ...account,
    cwd: folder,
    env: { LC_ALL: 'C', TZ: 'UTC' },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true // a Ctrl-C at the terminal is for this process to handle
  })
  const written = Promise.all([text(child.stdout), text(child.stderr)])
  const [code] = await once(child, 'close')
  const [output, complaint] = await written
  if (code !== 0) throw new Error(`${basename(program)} failed: ${(complaint || output).trim()}`)
  return output
}

/** Says which folder on the way to a path keeps the account out; undefined when none does. */
export async function obstacle(path: string, account: Account): Promise<string | undefined> {
  if (account.uid === undefined) return undefined
  const ancestors = [path]
  for (let folder = dirname(path); folder !== ancestors[0]; folder = dirname(folder)) ancestors.unshift(folder)
  for (const folder of ancestors) {
    const facts = await stat(folder)
    if (!facts.isDirectory()) return undefined
    const { uid, gid, mode } = facts
    const enter = uid === account.uid ? 0o100 : gid === account.gid ? 0o010 : 0o001
    if ((mode & enter) !== 0) continue
    const shown = (mode & 0o7777).toString(8).padStart(4, '0')
    return `PostgreSQL cannot run as root, and the account it runs under (uid ${account.uid}) cannot enter ${folder}, whose mode is ${shown}`
  }
  return undefined
}
