import assert from 'node:assert/strict'
import { access, readFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { describe, it } from 'node:test'
import { parse } from 'yaml'
import { readConfig } from '../src/config.ts'

const root = resolve(import.meta.dirname, '..')
const read = (name: string) => readFile(join(root, name), 'utf8')

interface Compose {
  readonly services: Readonly<
    Record<string, { environment: Record<string, string>; depends_on?: object; healthcheck?: object; ports?: string[] }>
  >
}

// No engine runs where this was written: what is checked here is what can be checked without one.
describe('the containers', () => {
  it('of compose are configured as the service wants it, and stop clearly without tokens', async () => {
    const { services }: Compose = parse(await read('docker-compose.yml'), { merge: true })
    assert.deepEqual(Object.keys(services), ['postgres', 'api', 'worker'])
    assert.ok(services['postgres']?.healthcheck)
    for (const role of ['api', 'worker'] as const) {
      const { environment = {}, depends_on } = services[role] ?? {}
      assert.deepEqual(depends_on, { postgres: { condition: 'service_healthy' } })
      assert.match(environment['API_TOKENS'] ?? '', /^\$\{API_TOKENS:\?.+\}$/)
      const { config, faults } = readConfig({ ...environment, API_TOKENS: 'alice:correct-horse-battery' })
      assert.deepEqual(faults, [])
      assert.equal(config.role, role)
      assert.deepEqual(config.brokerVariables, { BROKER_MY_BROKER_BASE_URL: 'http://api:3000/examples/my-broker/' })
    }
  })

  it('agree about the database', async () => {
    const { services }: Compose = parse(await read('docker-compose.yml'), { merge: true })
    const url = new URL(services['api']?.environment['DATABASE_URL'] ?? '')
    assert.deepEqual(
      { POSTGRES_USER: url.username, POSTGRES_PASSWORD: url.password, POSTGRES_DB: url.pathname.slice(1), host: url.hostname },
      { ...services['postgres']?.environment, host: 'postgres' }
    )
  })

  it('of the image hold what is copied into them, and nothing that .dockerignore keeps out', async () => {
    const dockerfile = await read('Dockerfile')
    const copied = [...dockerfile.matchAll(/^COPY (?!--from)(.+) \S+$/gm)].flatMap(([, names]) => names?.split(' ') ?? [])
    const kept = (await read('.dockerignore')).split('\n').flatMap(line => (line.startsWith('!') ? [line.slice(1)] : []))
    assert.deepEqual([...new Set(copied)].sort(), kept.sort())
    for (const name of copied) await access(join(root, name))
  })

  it('run the Node that the tests run, as a user without rights, and without npm in between', async () => {
    const dockerfile = await read('Dockerfile')
    const { optionalDependencies } = JSON.parse(await read('package.json'))
    const images = [...dockerfile.matchAll(/^FROM (\S+)/gm)].map(([, image]) => image)
    assert.deepEqual(images, Array(2).fill(`node:${optionalDependencies.node.split('.')[0]}-slim`))
    assert.match(dockerfile, /^USER node$/m)
    assert.match(dockerfile, /^HEALTHCHECK .*\n.*\/livez/m)
    assert.match(dockerfile, /^CMD \["node", "src\/main.ts"\]$/m)
  })
})
