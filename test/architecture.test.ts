import assert from 'node:assert/strict'
import { glob, readFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { describe, it } from 'node:test'
import { faultsOf, importsOf, type SourceFile } from './helpers/architecture.ts'

const root = resolve(import.meta.dirname, '..')

async function readFiles(): Promise<SourceFile[]> {
  const paths = await Array.fromAsync(glob('{src,prisma,test,bench}/**/*.ts', { cwd: root, exclude: ['src/generated/**'] }))
  return Promise.all(paths.sort().map(async path => ({ path, text: await readFile(join(root, path), 'utf8') })))
}

/** The value below which the given share of the values lies. */
function quantile(values: readonly number[], share: number): number {
  return values.toSorted((a, b) => a - b)[Math.floor(share * (values.length - 1))] ?? 0
}

describe('the architecture', () => {
  it('holds: rooms use what they may, and nothing else', async () => {
    const files = await readFiles()
    assert.ok(files.length > 50)
    assert.deepEqual(files.flatMap(faultsOf), [])
  })

  it('needs at run time only what package.json calls a dependency', async () => {
    const { dependencies } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'))
    const imported = (await readFiles()).filter(({ path }) => path.startsWith('src/')).flatMap(({ text }) => importsOf(text))
    const packages = imported.filter(name => !/^(\.|node:)|\$\{/.test(name)).map(name => /^(@[^/]+\/)?[^/]+/.exec(name)?.[0] ?? name)
    assert.deepEqual(
      [...new Set(packages)].filter(name => !(name in dependencies)),
      []
    )
  })

  it('keeps files short: half have at most 80 lines, nine of ten at most 150', async () => {
    const lengths = (await readFiles()).filter(({ path }) => path.startsWith('src/')).map(({ text }) => text.split('\n').length - 1)
    const [median, ninth] = [quantile(lengths, 0.5), quantile(lengths, 0.9)]
    assert.ok(median <= 80, `the median is ${median} lines`)
    assert.ok(ninth <= 150, `nine of ten files have up to ${ninth} lines`)
  })
})

describe('the rules of the architecture', () => {
  const broken: readonly [path: string, text: string, rule: RegExp][] = [
    ['src/domain/cone.ts', `import { readFile } from 'node:fs/promises'`, /the domain is pure/],
    ['src/domain/cone.ts', `import { findAlert } from '../alerts/store.ts'`, /domain may use nothing only/],
    ['src/broker-kit/context.ts', `import type { Database } from '../database.ts'`, /broker-kit may use domain/],
    ['src/broker-kit/context.ts', `import type { FastifyBaseLogger } from 'fastify'`, /Fastify is for routes/],
    ['src/broker-kit/registry.ts', `import { myBroker } from '../brokers/my-broker/index.ts'`, /broker-kit may use domain/],
    ['src/brokers/fink/index.ts', `import { page } from '../alerce-ztf/pages.ts'`, /never another broker/],
    [
      'src/brokers/fink/index.ts',
      `import { createHttpClient } from '../../broker-kit/http-client.ts'`,
      /broker-kit\/index\.ts and domain only/
    ],
    ['src/brokers/index.ts', `import { page } from './alerce-ztf/pages.ts'`, /never another broker/],
    ['src/brokers/alerce-ztf/index.ts', `import { page } from '../alerce-lsst/pages.ts'`, /never another broker/],
    ['src/brokers/my-broker-two/index.ts', `import { myBroker } from '../my-broker/index.ts'`, /never another broker/],
    ['src/queries/store.ts', `import { findRun } from '../runs/store.ts'`, /queries may use/],
    ['src/alerts/store.ts', `const targets = await import('../targets/store.ts')`, /alerts may use/],
    ['src/runs/execute-run.ts', `import { createTarget } from '../targets/create-target.ts'`, /runs may use/],
    ['src/runs/execute-run.ts', `import { listAlerts } from '../alerts/list-alerts.ts'`, /only the stores and schemas/],
    ['src/http/problems.ts', `import type { Alert } from '../alerts/schemas.ts'`, /http may use/],
    ['src/runs/start-run.ts', `import type { FastifyRequest } from 'fastify'`, /Fastify is for routes/],
    ['src/runs/start-run.ts', `import bearerAuth from '@fastify/bearer-auth'`, /Fastify is for routes/],
    ['src/runs/start-run.ts', `import pg from 'pg'`, /PostgreSQL is for stores/],
    ['src/runs/start-run.ts', `import type { Run } from '../generated/prisma/client.ts'`, /Prisma is for stores/],
    ['src/runs/start-run.ts', `await database.prisma.run.create({ data })`, /asks the database/],
    ['src/runs/start-run.ts', `await database.pool.query('SELECT 1')`, /asks the database/],
    ['src/runs/start-run.ts', `import { fetch } from 'undici'`, /only the broker kit talks to upstreams/],
    ['src/runs/start-run.ts', `import { buildApp } from '../app.ts'`, /nothing builds on the whole/],
    ['src/runs/worker.ts', `process.exit(1)`, /uses `process`/],
    ['src/runs/worker.ts', `import { exit } from 'node:process'`, /the process is for/],
    ['src/config.ts', `import { openDatabase } from './database.ts'`, /config\.ts may use/],
    ['src/comets/routes.ts', `import { cone } from '../domain/cone.ts'`, /a room that has no rules/],
    ['src/runs/worker.ts', `const run = row as ${'unknown'} as Run`, /by way of/],
    ['src/runs/worker.ts', `// @ts-${'ignore'}`, /with a comment/],
    ['src/runs/worker.ts', `// ${'TO'}DO: stop`, /something to do/],
    ['src/runs/worker.ts', 'worker()\n'.repeat(301), /has 301 lines/]
  ]
  for (const [path, text, rule] of broken) {
    it(`refuse ${text.split('\n', 1)[0]} in ${path}`, () => {
      const faults = faultsOf({ path, text })
      assert.equal(faults.length, 1, faults.join('\n'))
      assert.match(faults[0] ?? '', rule)
    })
  }

  it('let through what they are not about', () => {
    const text = `// any import from 'pg' or process.exit() in a comment
      import { Type } from '@sinclair/typebox'
      import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
      import { findAlert } from '../alerts/store.ts'
      import { Alert } from '../alerts/schemas.ts'
      import { findQuery } from '../queries/store.ts'
      import type { Database } from '../database.ts'
      const many = 'as many as any'`
    assert.deepEqual(faultsOf({ path: 'src/runs/result-routes.ts', text }), [])
    const ofFamily = `import { composeQuery } from '../lasair/sql.ts'`
    assert.deepEqual(faultsOf({ path: 'src/brokers/lasair-ztf/index.ts', text: ofFamily }), [])
  })

  it('see imports however they are written', () => {
    const code = `import 'a'\nimport b from "b"\nexport * from 'c'\nimport type {\n  D\n} from 'd'\nconst e = await import(\`e\`)`
    assert.deepEqual(importsOf(code), ['a', 'b', 'c', 'd', 'e'])
  })
})
