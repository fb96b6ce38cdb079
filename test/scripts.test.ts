import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { cp, mkdtemp, readFile, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { parseScenario } from '../src/broker-kit/conformance/index.ts'
import { startUpstream } from './helpers/upstream.ts'

const root = resolve(import.meta.dirname, '..')

interface Ended {
  readonly code: number
  readonly output: string
}

/** Runs a program in a folder with these variables, and nothing else but what it needs to be found. */
function run(command: string, { args, cwd, env = {} }: { args: string[]; cwd: string; env?: Record<string, string> }): Promise<Ended> {
  const { PATH = '', HOME = '' } = process.env
  return new Promise(resolveRun => {
    execFile(command, args, { cwd, env: { PATH, HOME, ...env } }, (error, stdout, stderr) => {
      const code = error === null ? 0 : typeof error.code === 'number' ? error.code : 1
      resolveRun({ code, output: stdout + stderr })
    })
  })
}

describe('the scripts for brokers', () => {
  let copy: string
  const script = (name: string, args: string[], env: Record<string, string> = {}) =>
    run(process.execPath, { args: [join('scripts', `${name}.ts`), ...args], cwd: copy, env })

  before(async () => {
    copy = await mkdtemp(join(tmpdir(), 'tom-alerts-scripts-'))
    for (const path of ['src', 'scripts', 'package.json', 'tsconfig.json', 'biome.json', '.gitignore']) {
      await cp(join(root, path), join(copy, path), { recursive: true })
    }
    await symlink(join(root, 'node_modules'), join(copy, 'node_modules'))
  })
  after(() => rm(copy, { recursive: true, force: true }))

  it('write a new module that is registered, formatted, typed, and passes the conformance kit at once', async () => {
    const written = await script('new-broker', ['sky-broker'])
    assert.equal(written.code, 0, written.output)
    const list = await readFile(join(copy, 'src/brokers/index.ts'), 'utf8')
    assert.match(list, /\n {2}scout,\n {2}skyBroker,\n {2}tns\n/)
    const tested = await script('test-broker', ['sky-broker'])
    assert.equal(tested.code, 0, tested.output)
    assert.match(tested.output, /Sky Broker keeps the contract of a broker module/)
    for (const [tool, args] of [
      ['biome', ['check', 'src/brokers']],
      ['tsc', ['--noEmit']]
    ] as const) {
      const checked = await run(join(root, 'node_modules/.bin', tool), { args: [...args], cwd: copy })
      assert.equal(checked.code, 0, checked.output)
    }
  })

  it('write over nothing, and take no id that a module cannot have', async () => {
    for (const id of ['my-broker', 'SkyBroker', '', '../sky']) assert.equal((await script('new-broker', [id])).code, 1, id)
  })

  it('record what a broker answers, so that the kit can play it', async () => {
    await using upstream = await startUpstream({
      'GET /alerts': { body: '{"alerts": [{"id": 170587116732416143, "mjd": 60000, "ra": 1, "dec": 2, "mag": 3e0}]}' }
    })
    const env = { BROKER_SKY_BROKER_BASE_URL: upstream.url }
    const recorded = await script('record', ['sky-broker', 'one-object', '{"objectId": "170587116732416143"}'], env)
    assert.equal(recorded.code, 0, recorded.output)
    assert.equal(upstream.requests[0]?.url, '/alerts?objectId=170587116732416143')
    const file = join(copy, 'src/brokers/sky-broker/fixtures/one-object/scenario.json')
    const scenario = parseScenario(await readFile(file, 'utf8'), file)
    assert.deepEqual(scenario.exchanges[0]?.path, 'alerts?objectId=170587116732416143')
    assert.match(scenario.exchanges[0]?.text ?? '', /"mag": 3e0/)
    assert.equal((await script('test-broker', ['sky-broker'])).code, 0)
    assert.equal((await script('record', ['sky-broker', 'one-object'], env)).code, 1)
    assert.match((await script('record', ['sky-broker', 'wrong', '{"obj": 1}'], env)).output, /\/obj is not known/)
  })

  it('ask live brokers, tell which of them still answer, and stay out of CI', async () => {
    let body = '[{"id": 1, "name": "Tatooine", "timestamp": "2026-01-01T00:00:00Z", "ra": 0, "dec": 0, "mag": null, "score": 1}]'
    await using upstream = await startUpstream({ '*': () => ({ body }) })
    const env = { BROKER_MY_BROKER_BASE_URL: upstream.url }
    const sings = await script('canary', ['my-broker'], env)
    assert.deepEqual([sings.code, /my-broker: ok, 1 alerts of its example/.test(sings.output)], [0, true], sings.output)
    body = '[{"id": 1, "name": "Tatooine", "time": "2026-01-01T00:00:00Z"}]'
    const silent = await script('canary', ['my-broker'], env)
    assert.equal(silent.code, 1)
    assert.match(silent.output, /my-broker: FAILED, 1 of 1 alerts cannot be read: The alert does not fit: \/timestamp is required/)
    const asked = upstream.requests.length
    assert.equal((await script('canary', ['my-broker'], { ...env, CI: 'true' })).code, 1)
    assert.equal(upstream.requests.length, asked)
  })

  it('tell how often each fault came to which end', async () => {
    const { code, output } = await script('fault-table', ['sky-broker'])
    assert.equal(code, 0, output)
    assert.match(output, /^sky-broker \| HTML with status 200 \| bad-response \d+$/m)
  })
})
