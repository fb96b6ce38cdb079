import { writeFile } from 'node:fs/promises'
import { buildApp } from './app.ts'
import type { Database } from './database.ts'
import { createMetrics } from './metrics.ts'

/** The committed document. */
export const openApiFile = new URL('../openapi/openapi.json', import.meta.url)

/** Writes the OpenAPI document that follows from the routes, as text. Nothing is asked: no database, no broker. */
export async function openApiText(): Promise<string> {
  const metrics = createMetrics()
  const gates = { gateOf: refuse, close: async () => {} }
  const app = await buildApp({
    config: { apiTokens: [], matchRadius: 2, role: 'api' },
    database: nowhere,
    registry: new Map(),
    gates,
    metrics
  })
  await app.ready()
  const document = app.swagger()
  await app.close()
  return `${JSON.stringify(document, null, 2)}\n`
}

/** What there is instead of a database while routes are described: they are not called yet. */
const nowhere: Database = {
  get prisma(): never {
    return refuse()
  },
  get pool(): never {
    return refuse()
  },
  url: '',
  notifications: { connected: false, on: () => () => {}, tell: () => {}, onReconnect: () => () => {} },
  close: async () => {}
}

function refuse(): never {
  throw new Error('Routes are described here, not called: they may take `pool` and `prisma` only when a request comes.')
}

if (import.meta.main) await writeFile(openApiFile, await openApiText())
