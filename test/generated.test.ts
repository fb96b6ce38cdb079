import assert from 'node:assert/strict'
import { cp, glob, mkdir, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { it } from 'node:test'
import { generateClient, schemaFile } from '../prisma/generate.ts'

async function filesOf(folder: string): Promise<Record<string, string>> {
  const names = await Array.fromAsync(glob('**/*.ts', { cwd: folder }))
  return Object.fromEntries(await Promise.all(names.sort().map(async name => [name, await readFile(join(folder, name), 'utf8')] as const)))
}

it('has committed the Prisma client of its schema', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'tom-alerts-client-'))
  try {
    await mkdir(join(folder, 'prisma'))
    await cp(schemaFile, join(folder, 'prisma/schema.prisma'))
    await generateClient(join(folder, 'prisma/schema.prisma'))
    const committed = await filesOf(resolve(import.meta.dirname, '../src/generated/prisma'))
    const fresh = await filesOf(join(folder, 'src/generated/prisma'))
    assert.ok(Object.keys(fresh).length > 5)
    const stale = [...new Set([...Object.keys(committed), ...Object.keys(fresh)])].filter(name => committed[name] !== fresh[name])
    assert.deepEqual(stale, [], 'src/generated is stale: run `npm run db:generate` and commit what it writes')
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
})
