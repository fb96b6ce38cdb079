import { execFile } from 'node:child_process'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

/** The schema of the database. */
export const schemaFile = fileURLToPath(new URL('schema.prisma', import.meta.url))

/** Writes the Prisma client of a schema to ../src/generated/prisma beside it. */
export async function generateClient(schema = schemaFile): Promise<void> {
  const require = createRequire(import.meta.url)
  const prisma = join(dirname(require.resolve('prisma/package.json')), 'build/index.js')
  // Prisma downloads its native engine, which generating does not use, unless it is told that there is one.
  const env = { ...process.env, PRISMA_SCHEMA_ENGINE_BINARY: process.execPath, PRISMA_HIDE_UPDATE_MESSAGE: '1', CHECKPOINT_DISABLE: '1' }
  await promisify(execFile)(process.execPath, [prisma, 'generate', '--schema', schema, '--no-hints'], {
    env,
    cwd: dirname(dirname(schemaFile))
  })
}

if (import.meta.main) await generateClient()
