import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const script = fileURLToPath(new URL('./helpers/old-generation.ts', import.meta.url))

/** What one time may leave [bytes]. Where anything holds on to what it made it is several times as much. */
const most = { items: 1000, json: 1000, transaction: 600, run: 4000 }

test('requests, transactions and runs leave next to nothing in the old generation of the heap', async () => {
  const { stdout } = await promisify(execFile)(process.execPath, ['--conditions=tom-alerts-source', script])
  const left: Record<string, number> = JSON.parse(stdout)
  for (const [work, bytes] of Object.entries(most)) assert.ok((left[work] ?? Number.NaN) < bytes, `${work}: ${stdout}`)
})
