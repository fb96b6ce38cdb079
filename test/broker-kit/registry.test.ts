import assert from 'node:assert/strict'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, relative, resolve } from 'node:path'
import { after, before, describe, test } from 'node:test'
import fc from 'fast-check'
import { settingVariable } from '../../src/broker-kit/broker-variables.ts'
import { createContext } from '../../src/broker-kit/context.ts'
import { defineBroker, Type, unreadableItem } from '../../src/broker-kit/index.ts'
import { loadModules } from '../../src/broker-kit/load-modules.ts'
import { createRegistry } from '../../src/broker-kit/registry.ts'

const plain = defineBroker({
  id: 'plain',
  name: 'Plain',
  docs: 'https://example.org/docs',
  baseUrl: 'https://example.org/api',
  surveys: [],
  scoreDescription: 'None.',
  parameters: Type.Object({ name: Type.String() }, { additionalProperties: false }),
  check: ({ name }) => (name === 'nobody' ? [{ pointer: '/name', message: 'must be somebody' }] : []),
  alert: Type.Object({ id: Type.String() }),
  async *fetchAlerts() {},
  toGenericAlert: ({ id }) => ({ id, name: id, timestamp: null, ra: null, dec: null, mag: null, score: null, url: null })
})

const configured = {
  ...plain,
  id: 'lasair-ztf',
  settings: Type.Object({
    apiToken: Type.String({ writeOnly: true, minLength: 8 }),
    pageSize: Type.Optional(Type.Integer({ minimum: 1, default: 100 })),
    strictness: Type.Optional(Type.Number()),
    dryRun: Type.Optional(Type.Boolean())
  })
}

function install(modules: readonly unknown[], variables: Record<string, string> = {}, enabled: string[] | null = null) {
  return createRegistry({ modules, enabled, variables })
}

describe('a registry', () => {
  test('installs modules with compiled checks and a base URL that ends in a slash', () => {
    const { registry, faults } = install([plain, configured])
    assert.deepEqual(faults, [])
    assert.deepEqual([...registry.keys()], ['plain', 'lasair-ztf'])
    const broker = registry.get('plain')
    assert.equal(broker?.baseUrl, 'https://example.org/api/')
    assert.deepEqual(broker?.missingSettings, [])
    assert.deepEqual(broker?.parameterComplaints({ name: 'x' }), [])
    assert.deepEqual(broker?.parameterComplaints({ nam: 'x' }), [
      { pointer: '/name', message: 'is required' },
      { pointer: '/nam', message: 'is not known; known are name' }
    ])
    assert.deepEqual(broker?.parameterComplaints({ name: 'nobody' }), [{ pointer: '/name', message: 'must be somebody' }])
    assert.deepEqual(broker?.alertComplaints({ id: 'x', more: 1 }), [])
    assert.equal(broker?.alertComplaints({ id: 7 })[0]?.pointer, '/id')
    assert.deepEqual(broker?.alertComplaints(unreadableItem('{"id', 'is cut off')), [{ pointer: '', message: 'is cut off' }])
  })

  test('applies the variables of each broker, read as the schema of the setting asks', () => {
    const { registry, faults } = install([plain, configured], {
      BROKER_PLAIN_BASE_URL: 'http://127.0.0.1:8080/a/b',
      BROKER_LASAIR_ZTF_API_TOKEN: 'sesame-street',
      BROKER_LASAIR_ZTF_PAGE_SIZE: '50',
      BROKER_LASAIR_ZTF_STRICTNESS: '1e-3',
      BROKER_LASAIR_ZTF_DRY_RUN: 'false',
      BROKER_MODULES: './elsewhere'
    })
    assert.deepEqual(faults, [])
    assert.equal(registry.get('plain')?.baseUrl, 'http://127.0.0.1:8080/a/b/')
    assert.deepEqual(registry.get('lasair-ztf')?.settings, { apiToken: 'sesame-street', pageSize: 50, strictness: 0.001, dryRun: false })
    assert.deepEqual(registry.get('lasair-ztf')?.missingSettings, [])
  })

  test('says which required settings are missing, and takes an empty variable as not set', () => {
    const { registry, faults } = install([configured], { BROKER_LASAIR_ZTF_API_TOKEN: '' })
    assert.deepEqual(faults, [])
    assert.deepEqual(registry.get('lasair-ztf')?.missingSettings, ['apiToken'])
    assert.deepEqual(registry.get('lasair-ztf')?.settings, { pageSize: 100 })
  })

  test('gives a variable to the longest id that knows it', () => {
    const short = { ...plain, id: 'lasair', settings: Type.Object({ ztfApiToken: Type.Optional(Type.String()) }) }
    const { registry, faults } = install([configured, short], { BROKER_LASAIR_ZTF_API_TOKEN: 'sesame-street' })
    assert.deepEqual(faults, [])
    assert.deepEqual(registry.get('lasair')?.settings, {})
    assert.equal(registry.get('lasair-ztf')?.settings['apiToken'], 'sesame-street')
  })

  test('installs only what is enabled, and leaves the variables of the others alone', () => {
    const variables = { BROKER_LASAIR_ZTF_API_TOKEN: 'short', BROKER_PLAIN_BASE_URL: 'http://x.example' }
    const { registry, faults } = install([plain, configured], variables, ['plain'])
    assert.deepEqual(faults, [])
    assert.deepEqual([...registry.keys()], ['plain'])
  })

  test('names the nearest variables when one is not known', () => {
    const { faults } = install([plain, configured], { BROKER_LASAIR_ZTF_API_TOKN: 'sesame-street' })
    assert.equal(faults.length, 1)
    assert.match(faults[0] ?? '', /^BROKER_LASAIR_ZTF_API_TOKN is not known; the nearest that are: BROKER_LASAIR_ZTF_API_TOKEN, /)
  })

  test('never tells the value of a setting', () => {
    const { faults } = install([configured], {
      BROKER_LASAIR_ZTF_API_TOKEN: 'canary1',
      BROKER_LASAIR_ZTF_PAGE_SIZE: 'canary2',
      BROKER_LASAIR_ZTF_DRY_RUN: 'canary3',
      BROKER_LASAIR_ZTF_BASE_URL: 'https://user:canary4@example.org',
      BROKER_LASAIR_ZTF_OTHER: 'canary5'
    })
    assert.equal(faults.length, 5)
    assert.doesNotMatch(faults.join(' '), /canary/)
    assert.match(faults.join('\n'), /^BROKER_LASAIR_ZTF_API_TOKEN must NOT have fewer than 8 characters\.$/m)
    assert.match(faults.join('\n'), /^BROKER_LASAIR_ZTF_PAGE_SIZE must be an integer\.$/m)
  })

  const wrongUrls = ['ftp://example.org', 'example.org', 'http://user@example.org', 'https://example.org/?a=1', 'https://example.org/#a']
  for (const url of wrongUrls) {
    test(`refuses ${url} as a base URL`, () => {
      assert.match(install([plain], { BROKER_PLAIN_BASE_URL: url }).faults.join(), /^BROKER_PLAIN_BASE_URL must be a web address/)
    })
  }

  const brokenModules: [says: RegExp, module: unknown][] = [
    [/^Two broker modules have the id 'plain'/, plain],
    [/^Broker module number 2 is no broker module: it is not an object/, null],
    [/^Broker module number 2 is no broker module: it is not an object/, 'plain'],
    [/'half' is no broker module: .*fetchAlerts must be a function/, { id: 'half', name: 'Half' }],
    [/'odd' is no broker module: check must be a function/, { ...plain, id: 'odd', check: [] }],
    [/'Not Kebab': its id must be kebab-case/, { ...plain, id: 'Not Kebab' }],
    [/'a--b': its id must be kebab-case/, { ...plain, id: 'a--b' }],
    [/'open': its parameters must be closed/, { ...plain, id: 'open', parameters: Type.Object({}) }],
    [/'list': its parameters must be one object schema/, { ...plain, id: 'list', parameters: Type.Array(Type.String()) }],
    [
      /'bad': its parameters do not compile/,
      { ...plain, id: 'bad', parameters: { ...plain.parameters, properties: { a: { type: 'wrong' } } } }
    ],
    [/'bad': its alert fields do not compile/, { ...plain, id: 'bad', alert: { type: 'object', required: 'id' } }],
    [/'bad': its settings do not compile/, { ...plain, id: 'bad', settings: { ...Type.Object({}), required: 'no' } }],
    [/'url': its baseUrl must be a web address/, { ...plain, id: 'url', baseUrl: 'example.org' }],
    [/its setting baseUrl needs another name/, { ...plain, id: 'set', settings: Type.Object({ baseUrl: Type.String() }) }],
    [/its setting list must be a string/, { ...plain, id: 'set', settings: Type.Object({ list: Type.Array(Type.String()) }) }]
  ]
  for (const [says, module] of brokenModules) {
    test(`stops with a sentence that matches ${says.source}`, () => {
      const { registry, faults } = install([plain, module])
      assert.match(faults.join('\n'), says)
      assert.ok(faults.every(fault => fault.endsWith('.')))
      assert.deepEqual([...registry.keys()], ['plain'])
    })
  }

  test('refuses the id of a broker that is not installed', () => {
    assert.deepEqual(install([plain], {}, ['plain', 'plane']).faults, [
      "ENABLED_BROKERS names 'plane', which is not installed; installed are plain."
    ])
  })

  test('gives every setting a variable of its own', () => {
    const word = fc.stringMatching(/^[a-z][a-z0-9]{0,5}$/)
    const setting = fc
      .tuple(word, fc.array(fc.stringMatching(/^[A-Z][a-z0-9]{1,4}$/), { maxLength: 3 }))
      .map(parts => parts.flat().join(''))
    fc.assert(
      fc.property(setting, setting, (a, b) => a === b || settingVariable('x', a) !== settingVariable('x', b)),
      { numRuns: 500 }
    )
    assert.equal(settingVariable('tns', 'botId'), 'BROKER_TNS_BOT_ID')
  })

  test('gives a module its context, with what the operator set', () => {
    const { registry } = install([configured], { BROKER_LASAIR_ZTF_API_TOKEN: 'sesame-street' })
    const broker = registry.get('lasair-ztf')
    assert.ok(broker)
    const context = createContext({ broker, signal: new AbortController().signal, log: { debug() {}, info() {}, warn() {} } })
    assert.deepEqual(context.settings, broker.settings)
    assert.equal(context.baseUrl, broker.baseUrl)
    assert.equal(context.resumeFrom, null)
    assert.equal(context.newerThan, null)
  })
})

describe('modules from elsewhere', () => {
  let folder = ''
  const source = (id: string, exported = 'theBroker') => `export const helper = () => {}
export const ${exported} = { id: '${id}', name: 'N', docs: 'd', baseUrl: 'http://x.example/', surveys: [], scoreDescription: 's',
  parameters: {}, alert: {}, async * fetchAlerts () {}, toGenericAlert () {} }\n`

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'modules-'))
    await mkdir(join(folder, 'in-folder'))
    await mkdir(join(folder, 'typed'))
    await mkdir(join(folder, 'empty'))
    await writeFile(join(folder, 'package.json'), '{ "type": "module" }')
    await writeFile(join(folder, 'one.js'), source('one'))
    await writeFile(
      join(folder, 'two.js'),
      `${source('two-a', 'a')}${source('two-b', 'b').split('\n').slice(1).join('\n')}export { a as again }\n`
    )
    await writeFile(join(folder, 'in-folder', 'index.js'), source('in-folder'))
    await writeFile(join(folder, 'typed', 'index.ts'), `const id: string = 'typed'\n${source('x').replace("id: 'x'", 'id')}`)
    await writeFile(join(folder, 'none.js'), 'export const number = 7\n')
    await writeFile(join(folder, 'half.js'), "export const half = { id: 'half', async * fetchAlerts () {} }\n")
    await writeFile(join(folder, 'broken.js'), 'export const = 7\n')
    await writeFile(join(folder, 'throws.js'), "throw new Error('no luck')\n")
  })
  after(() => rm(folder, { recursive: true }))

  test('load from a file, a folder, and all exports of one file', async () => {
    const specifiers = [join(folder, 'one.js'), join(folder, 'in-folder'), join(folder, 'typed'), join(folder, 'two.js')]
    const { modules, faults } = await loadModules(specifiers)
    assert.deepEqual(faults, [])
    assert.deepEqual(
      modules.map(({ id }) => id),
      ['one', 'in-folder', 'typed', 'two-a', 'two-b']
    )
  })

  test('load from a path relative to the working folder', async () => {
    const path = relative(resolve('.'), join(folder, 'one.js'))
    const { modules, faults } = await loadModules([path.startsWith('.') ? path : `./${path}`])
    assert.deepEqual(faults, [])
    assert.equal(modules[0]?.id, 'one')
  })

  test('that do not load are each told in a sentence', async () => {
    const names = ['absent.js', 'empty', 'none.js', 'half.js', 'broken.js', 'throws.js']
    const { modules, faults } = await loadModules([...names.map(name => join(folder, name)), 'no-such-package', 'fastify'])
    assert.deepEqual(modules, [])
    const says = [
      /does not load: there is nothing at/,
      /has neither index.js nor index.ts/,
      /exports no broker module/,
      /exports a broken module: name must be a text, .*toGenericAlert must be a function/,
      /does not load: /,
      /does not load: no luck\.$/,
      /'no-such-package' does not load: no package of this name is installed here/,
      /'fastify' exports no broker module/
    ]
    assert.equal(faults.length, says.length)
    for (const [index, pattern] of says.entries()) assert.match(faults[index] ?? '', pattern)
  })
})
