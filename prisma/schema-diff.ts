import { SchemaEngine } from '@prisma/schema-engine-wasm'

const filters = { externalTables: [], externalEnums: [] }

/**
 * Works out the SQL that changes a database of one Prisma schema (null: an empty database) into one of another. Needs
 * neither network nor database: Prisma's own engine does it, whose native form could not be had offline.
 */
export async function schemaDiff(from: string | null, to: string): Promise<string> {
  const engine = await SchemaEngine.new({ datamodels: undefined }, () => {}, noDatabase)
  const { stdout } = await engine.diff({
    from: from === null ? { tag: 'empty' } : { tag: 'schemaDatamodel', files: [{ path: 'schema.prisma', content: from }] },
    to: { tag: 'schemaDatamodel', files: [{ path: 'schema.prisma', content: to }] },
    script: true,
    exitCode: null,
    filters
  })
  return stdout ?? ''
}

// The engine asks for the version of its database before anything else, and is content with no answer.
const done = (value: unknown) => ({ ok: true, value, map: (next: (value: unknown) => unknown) => done(next(value)) })
const connection = {
  provider: 'postgres',
  adapterName: 'none',
  queryRaw: async () => done({ columnNames: [], columnTypes: [], rows: [] }),
  executeRaw: async () => done(0),
  executeScript: async () => done(undefined),
  getConnectionInfo: () => done({ schemaName: 'public', supportsRelationJoins: true }),
  dispose: async () => done(undefined)
}
const noDatabase = {
  provider: 'postgres',
  adapterName: 'none',
  errorRegistry: { consumeError: () => undefined },
  connect: async () => done(connection),
  connectToShadowDb: async () => done(connection)
}
