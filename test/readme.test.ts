import assert from 'node:assert/strict'
import { once } from 'node:events'
import { readdir, readFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join, resolve } from 'node:path'
import { describe, it } from 'node:test'
import type { TSchema } from '@sinclair/typebox'
import { Variables } from '../src/config/variables.ts'
import { differencesOf, type Ids } from './helpers/answers.ts'
import { createTestDatabase } from './helpers/database.ts'
import { blocksOf, type CodeBlock, tableOf } from './helpers/markdown.ts'
import { startProcess } from './helpers/process.ts'
import { cannotRunBlocks, runBlocks } from './helpers/shell.ts'

const root = resolve(import.meta.dirname, '..')
const readme = await readFile(join(root, 'README.md'), 'utf8')
/** Where the service of the README listens. */
const home = 'http://127.0.0.1:3000'

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  return typeof address === 'object' && address !== null ? address.port : assert.fail('there is no free port')
}

/** Starts the service, runs the blocks, and answers what each of them wrote, as if it were at home. */
async function runAtService(blocks: readonly CodeBlock[]): Promise<string[]> {
  const database = await createTestDatabase()
  const service = await startProcess({ DATABASE_URL: database.url, PORT: String(await freePort()) })
  try {
    return (await runBlocks(blocks, { TOM: service.url })).map(output => output.replaceAll(service.url, home))
  } finally {
    await service.kill()
    await database.drop()
  }
}

/** Reads what was written the way its block shows it: as JSON, or as lines of text. */
function contentOf({ language }: CodeBlock, text: string): unknown {
  return language === 'json' ? JSON.parse(text) : text.trimEnd().split('\n')
}

describe('the README', () => {
  it('shows commands that work when they are pasted in their order, with the answers that come', { skip: cannotRunBlocks }, async t => {
    const blocks = blocksOf(readme)
    const runnable = blocks.filter(({ role }) => role === 'runnable')
    const outputs = await runAtService(runnable)
    const ids: Ids = new Map()
    const differences = runnable.flatMap((block, place) => {
      const answer = blocks[blocks.indexOf(block) + 1]
      if (answer?.role !== 'answer') return []
      const actual = contentOf(answer, outputs[place] ?? '')
      return differencesOf(contentOf(answer, answer.text), actual, { pointer: '', ids }).map(fault => `README.md:${answer.line}: ${fault}`)
    })
    assert.deepEqual(differences, [])
    const answers = blocks.filter(({ role }) => role === 'answer')
    t.diagnostic(`${runnable.length} blocks were run, ${answers.length} answers compared`)
    assert.ok(runnable.length > 10 && answers.length > 10)
    assert.ok(answers.every(answer => blocks[blocks.indexOf(answer) - 1]?.role === 'runnable'))
  })

  it('has the table of all variables', () => {
    const table = tableOf([['Variable', 'Default', 'Takes', 'Meaning'], ...Object.entries(Variables.properties).map(rowOf)])
    assert.ok(readme.includes(`\n${table}\n`), `the table must be\n${table}`)
  })

  it('names every room, and no other', async () => {
    const [plan] = blocksOf(readme).filter(({ role }) => role === 'rooms')
    const lines = [...(plan?.text ?? '').matchAll(/^(?<indent> *)(?<name>\S+)/gm)].map(({ groups }) => groups ?? {})
    const named = (indent: string) => lines.filter(line => line['indent'] === indent).map(line => line['name'])
    assert.deepEqual(named('  ').toSorted(), await entriesOf('src'))
    const real = await entriesOf('.')
    assert.deepEqual(
      named('').filter(name => !real.includes(name ?? '')),
      []
    )
  })

  it('says how to check, as CI does', async () => {
    const [command = ''] = (await readFile(join(root, '.ci/run'), 'utf8')).trim().split('\n').slice(-1)
    assert.ok(blocksOf(readme).some(({ language, text }) => language === 'sh' && text.trim() === command))
  })
})

async function entriesOf(folder: string): Promise<string[]> {
  const entries = await readdir(join(root, folder), { withFileTypes: true })
  return entries.map(entry => (entry.isDirectory() ? `${entry.name}/` : entry.name)).toSorted()
}

function rowOf([name, schema]: [string, TSchema]): string[] {
  const { default: fallback, description = '', type, enum: values, minimum, maximum } = schema
  const code = (value: unknown) => `\`${value}\``
  const takes = Array.isArray(values)
    ? values.map(code).join(', ')
    : type === 'integer'
      ? `${minimum} to ${maximum}`
      : type === 'number'
        ? 'a number'
        : 'text'
  return [code(name), fallback === undefined ? '' : code(fallback), takes, description.replaceAll('<', '&lt;')]
}
