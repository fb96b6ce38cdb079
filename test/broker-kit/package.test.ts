import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { cp, mkdir, mkdtemp, readFile, realpath, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { createContext } from '../../src/broker-kit/context.ts'
import { sourceOf } from '../../src/broker-kit/index.ts'
import { loadModules } from '../../src/broker-kit/load-modules.ts'
import { createRegistry } from '../../src/broker-kit/registry.ts'
import { startUpstream } from '../helpers/upstream.ts'

const repository = fileURLToPath(new URL('../../', import.meta.url))
const run = promisify(execFile)

// A test runner within a test runner believes that it is a part of it.
const { NODE_TEST_CONTEXT: _, ...environment } = process.env

const typedModule = `import { type AnyBrokerModule, defineBroker, Identifier, Type } from 'tom-alerts-service/broker-kit'
import { testBroker } from 'tom-alerts-service/broker-kit/conformance'

export const typed = defineBroker({
  id: 'typed', name: 'Typed', docs: 'https://x.example', baseUrl: 'https://x.example/', surveys: [], scoreDescription: 'None.',
  parameters: Type.Object({ name: Type.String() }, { additionalProperties: false }),
  alert: Type.Object({ id: Identifier }),
  async * fetchAlerts ({ name }, { http }) { yield * http.items('alerts', { query: { name } }) },
  toGenericAlert ({ id }) { return { id: String(id), name: String(id), timestamp: null, ra: null, dec: null, mag: null, score: null, url: null } }
})
export const anyModule: AnyBrokerModule = typed
testBroker(typed, { folder: '.' })
`

const compilerOptions = {
  strict: true,
  noEmit: true,
  module: 'NodeNext',
  target: 'ES2024',
  lib: ['ES2024', 'ESNext.Disposable'],
  types: ['node'],
  typeRoots: [join(repository, 'node_modules', '@types')]
}

describe('the package, installed outside of the repository', () => {
  let project = ''

  before(async () => {
    project = await realpath(await mkdtemp(join(tmpdir(), 'elsewhere-')))
    await rm(join(repository, 'dist'), { recursive: true, force: true })
    const { stdout } = await run('npm', ['pack', '--json', '--pack-destination', project], { cwd: repository, env: environment })
    const packed: { filename: string; files: { path: string }[] }[] = JSON.parse(stdout.slice(stdout.indexOf('[')))
    const [tarball] = packed
    assert.ok(tarball)
    assert.ok(tarball.files.every(({ path }) => /^(dist\/|README|LICENSE|CHANGELOG|package\.json)/.test(path)))
    await writeFile(join(project, 'package.json'), '{ "name": "elsewhere", "private": true, "type": "module" }')
    const quick = ['--omit=dev', '--omit=optional', '--ignore-scripts', '--legacy-peer-deps', '--prefer-offline', '--no-audit', '--no-fund']
    await run('npm', ['install', join(project, basename(tarball.filename)), ...quick], { cwd: project, env: environment })
    await writeModules(project)
  })
  after(() => rm(project, { recursive: true, force: true }))

  test('leaves the repository as it was', async () => {
    const { stdout } = await run('git', ['status', '--porcelain', '--', 'dist', '*.tgz'], { cwd: repository })
    assert.equal(stdout, '')
  })

  test('takes a module by path and one by name of its package, and they run', async () => {
    await using upstream = await startUpstream({
      'GET /example_broker_data.json': { body: await readFile(join(project, 'my-broker', 'example_broker_data.json')) }
    })
    const ids = ['my-broker', 'named-broker']
    const { modules, faults } = await loadFrom(project, ['./my-broker', 'named-broker'])
    assert.deepEqual(faults, [])
    const variables = { BROKER_MY_BROKER_BASE_URL: upstream.url, BROKER_NAMED_BROKER_BASE_URL: upstream.url }
    const { registry, faults: registryFaults } = createRegistry({ modules, enabled: null, variables })
    assert.deepEqual(registryFaults, [])
    assert.deepEqual([...registry.keys()], ids)
    for (const id of ids) {
      const broker = registry.get(id)
      assert.ok(broker)
      const context = createContext({ broker, signal: new AbortController().signal, log: { debug() {}, info() {}, warn() {} } })
      const raws = await Array.fromAsync(broker.module.fetchAlerts({ targetName: 'Tatooine' }, context))
      assert.equal(raws.length, 1)
      assert.deepEqual(broker.alertComplaints(raws[0]), [])
      assert.match(sourceOf(raws[0])?.text ?? '', /^\{ "id": 1, "name": "Tatooine"/)
      assert.equal(broker.module.toGenericAlert(raws[0], { baseUrl: broker.baseUrl }).url, `${upstream.url}example_broker_data.json`)
    }
  })

  test('tests a module with the conformance kit that it brings', async () => {
    const { stdout } = await run(process.execPath, ['--test', '--test-reporter=tap', 'my-broker.test.js'], {
      cwd: project,
      env: environment
    })
    assert.match(stdout, /^ok 1 - MyBroker keeps the contract of a broker module/m)
    assert.match(stdout, /^# fail 0/m)
    assert.match(stdout, /ok \d+ - secrets stay out of errors, feedback, logs and alerts/)
  })

  test('fails a module that breaks its promise', async () => {
    const { stdout } = await run(process.execPath, ['--test', '--test-reporter=tap', 'broken.test.js'], {
      cwd: project,
      env: environment
    }).catch((error: { stdout: string }) => error)
    assert.match(stdout, /not ok \d+ - each scenario gives the expected alerts/)
  })

  test('has types that hold outside of the repository', async () => {
    const compiler = join(repository, 'node_modules', 'typescript', 'bin', 'tsc')
    const compile = async (source: string) => {
      await writeFile(join(project, 'typed.ts'), source)
      const { stdout } = await run(process.execPath, [compiler], { cwd: project }).catch((error: { stdout: string }) => error)
      return stdout
    }
    await writeFile(join(project, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['typed.ts'] }))
    assert.equal(await compile(typedModule), '')
    assert.match(await compile(typedModule.replace('({ id })', '({ id, mag })')), /^typed\.ts.*Property 'mag' does not exist/)
  })
})

/** Copies the tutorial's module, as its author would have written it elsewhere: in JavaScript, with the package's name. */
async function writeModules(project: string): Promise<void> {
  const folder = join(project, 'my-broker')
  await cp(join(repository, 'src', 'brokers', 'my-broker'), folder, { recursive: true })
  const source = (await readFile(join(folder, 'index.ts'), 'utf8')).replace('../../broker-kit/index.ts', 'tom-alerts-service/broker-kit')
  await rename(join(folder, 'index.ts'), join(folder, 'index.js'))
  await writeFile(join(folder, 'index.js'), source)

  const named = join(project, 'node_modules', 'named-broker')
  await mkdir(named)
  await writeFile(
    join(named, 'package.json'),
    '{ "name": "named-broker", "type": "module", "exports": { ".": { "import": "./index.js" } } }'
  )
  await writeFile(join(named, 'index.js'), source.replace("id: 'my-broker'", "id: 'named-broker'"))

  const imports =
    "import { testBroker } from 'tom-alerts-service/broker-kit/conformance'\nimport { myBroker } from './my-broker/index.js'\n"
  await writeFile(join(project, 'my-broker.test.js'), `${imports}testBroker(myBroker, { folder: './my-broker' })\n`)
  const broken = '{ ...myBroker, toGenericAlert: (alert, origin) => ({ ...myBroker.toGenericAlert(alert, origin), score: 7 }) }'
  await writeFile(join(project, 'broken.test.js'), `${imports}testBroker(${broken}, { folder: './my-broker' })\n`)
}

/** Loads modules as a service would that was started in this folder. */
async function loadFrom(folder: string, specifiers: readonly string[]) {
  const before = process.cwd()
  process.chdir(folder)
  try {
    return await loadModules(specifiers)
  } finally {
    process.chdir(before)
  }
}
