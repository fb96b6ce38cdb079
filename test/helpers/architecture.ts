import { posix } from 'node:path'

/** A file of the service: its path from the root of the repository, and its text. */
export interface SourceFile {
  readonly path: string
  readonly text: string
}

/** What a room may use besides itself, as prefixes of paths under src/. */
const foundations = ['domain/', 'broker-kit/', 'outbound/', 'outbox/', 'http/', 'background.ts', 'database.ts', 'metrics.ts']
const rooms: Readonly<Record<string, readonly string[]>> = {
  domain: [],
  'broker-kit': ['domain/'],
  brokers: ['broker-kit/', 'domain/'],
  generated: [],
  database: ['domain/'],
  config: ['domain/'],
  http: ['domain/', 'broker-kit/', 'database.ts', 'metrics.ts'],
  outbound: ['domain/', 'broker-kit/', 'database.ts', 'metrics.ts'],
  outbox: ['domain/', 'background.ts', 'database.ts'],
  catalog: foundations,
  queries: foundations,
  alerts: foundations,
  runs: foundations,
  targets: foundations,
  photometry: foundations
}
/** Whose stores, and the schemas of what they store, a feature room may use: always downwards. */
const lowerRooms: Readonly<Record<string, readonly string[]>> = {
  runs: ['queries', 'alerts'],
  targets: ['queries', 'alerts', 'runs'],
  photometry: ['targets', 'runs']
}
/** What a room offers those above it besides its stores and schemas. */
const offers = ['runs/run-kind.ts']
/** Files that stand beside the rooms, and what they may use; those not listed may use everything. */
const entries: Readonly<Record<string, readonly string[]>> = {
  'config.ts': ['config/', 'domain/'],
  'database.ts': ['database/', 'generated/'],
  'background.ts': [],
  'metrics.ts': [],
  'migrate.ts': ['config.ts', 'database.ts', 'database/']
}
const purePackages = ['@sinclair/typebox', 'ajv', 'ajv-formats', '@hscmap/healpix', 'croner', 'node:crypto']

const isStore = (file: string) => /(^|\/|-)store\.ts$/.test(file)
const isRoutes = (file: string) => /(^|\/|-)routes\.ts$/.test(file)
const roomOf = (file: string) => file.split('/').slice(0, -1)[0]

/** Says which rules of the architecture a file breaks; empty when it keeps them all. */
export function faultsOf({ path, text }: SourceFile): string[] {
  const code = withoutComments(text)
  const file = path.replace(/^src\//, '')
  const faults = path.startsWith('src/') ? [...importsOf(code).flatMap(name => faultsOfImport(file, name)), ...faultsOfUse(file, code)] : []
  return [...faults, ...faultsOfStyle(text, code)].map(fault => `${path} ${fault}`)
}

function withoutComments(text: string): string {
  return text.replace(/\/\*.*?\*\//gs, '').replace(/(^|\s)\/\/.*$/gm, '')
}

/** What a file imports, statically or not, values or types. */
export function importsOf(code: string): string[] {
  const found = code.matchAll(/(?:^\s*(?:import|export|\})[^'"`\n]*\bfrom\s*|^\s*import\s+|\bimport\(\s*)(['"`])(?<name>[^'"`\n]+)\1/gm)
  return [...found].flatMap(({ groups }) => groups?.['name'] ?? [])
}

function faultsOfImport(file: string, name: string): string[] {
  return name.startsWith('.') ? faultsOfOwn(file, posix.join(posix.dirname(file), name)) : faultsOfPackage(file, name)
}

function faultsOfOwn(file: string, target: string): string[] {
  const room = roomOf(file)
  const uses = `imports ${target}:`
  if (target === '../package.json') return []
  if (['main.ts', 'app.ts'].includes(target) && !['main.ts', 'openapi.ts'].includes(file)) return [`${uses} nothing builds on the whole.`]
  if (target.startsWith('generated/')) {
    return isStore(file) || file === 'database.ts' ? [] : [`${uses} Prisma is for stores and database.ts.`]
  }
  if (room === undefined) return mayUse(entries[file], target) ? [] : [`${uses} ${file} may use ${entries[file]?.join(', ')} only.`]
  if (rooms[room] === undefined) return [`stands in a room that has no rules: add src/${room} to test/helpers/architecture.ts.`]
  if (room === 'brokers') return faultsOfBroker(file, target)
  if (roomOf(target) === room || mayUse(rooms[room], target)) return []
  const lower = lowerRooms[room] ?? []
  if (!lower.includes(roomOf(target) ?? '')) return [`${uses} ${room} may use ${[...rooms[room], ...lower].join(', ') || 'nothing'} only.`]
  return isStore(target) || target.endsWith('/schemas.ts') || offers.includes(target)
    ? []
    : [`${uses} of a lower room only the stores and schemas may be used.`]
}

function mayUse(allowed: readonly string[] | undefined, target: string): boolean {
  return allowed === undefined || allowed.some(prefix => target.startsWith(prefix))
}

function faultsOfBroker(file: string, target: string): string[] {
  const folder = file.split('/').slice(0, 2).join('/')
  if (file === 'brokers/index.ts' && /^brokers\/[^/]+\/index\.ts$/.test(target)) return []
  if (target.startsWith(`${folder}/`) || target === 'broker-kit/index.ts' || target.startsWith('domain/')) return []
  // What the brokers of one operator share: brokers/lasair/ is for brokers/lasair-ztf/ and brokers/lasair-lsst/. No index.ts: it is no broker.
  const family = target.split('/').slice(0, 2).join('/')
  if (folder.startsWith(`${family}-`) && target !== `${family}/index.ts`) return []
  return [`imports ${target}: a broker module may use broker-kit/index.ts and domain only, never another broker.`]
}

function faultsOfPackage(file: string, name: string): string[] {
  const room = roomOf(file)
  const uses = `imports ${name}:`
  const isDatabase = file === 'database.ts' || room === 'database'
  if (room === 'domain' && !purePackages.includes(name)) return [`${uses} the domain is pure.`]
  if (/^@?fastify(\/|$)/.test(name) && !(isRoutes(file) || room === 'http' || file === 'app.ts')) {
    return [`${uses} Fastify is for routes, http/ and app.ts.`]
  }
  if (/^(pg|@prisma\/.*|prisma)$/.test(name) && !(isStore(file) || isDatabase || file === 'http/idempotency.ts')) {
    return [`${uses} PostgreSQL is for stores, database.ts and database/.`]
  }
  if (name === 'undici' && room !== 'broker-kit') return [`${uses} only the broker kit talks to upstreams.`]
  if (/^(node:)?process$/.test(name)) return [`${uses} the process is for main.ts, config.ts and scripts.`]
  return []
}

function faultsOfUse(file: string, code: string): string[] {
  const isEntry = ['main.ts', 'config.ts', 'migrate.ts', 'openapi.ts'].includes(file)
  const asks =
    /\b(?:pool|client)\.query\(|\$(?:query|execute)Raw|\b(?:prisma|transaction)\.\w+\.(?:find|create|update|upsert|delete|count)/.test(code)
  const mayAsk = isStore(file) || file === 'database.ts' || ['database', 'generated'].includes(roomOf(file) ?? '')
  return [
    ...(/\bprocess\.\w/.test(code) && !isEntry && roomOf(file) !== 'generated'
      ? ['uses `process`, which is for main.ts, config.ts and scripts.']
      : []),
    ...(asks && !mayAsk && !['http/idempotency.ts', 'http/health.ts'].includes(file) ? ['asks the database, which is for stores.'] : [])
  ]
}

/** Patterns have a bracket in them, so as not to find themselves. */
function faultsOfStyle(text: string, code: string): string[] {
  const lines = text.split('\n').length - 1
  return [
    ...(/\bas un[k]nown as\b/.test(code) ? ['silences the compiler by way of `unknown`.'] : []),
    ...(/@t[s]-(?:ignore|expect-error|nocheck)/.test(text) ? ['silences the compiler with a comment.'] : []),
    ...(/\b(?:TO[D]O|FIX[M]E)\b/.test(text) ? ['leaves something to do: open an issue instead.'] : []),
    ...(lines > 300 ? [`has ${lines} lines; no file has more than 300.`] : [])
  ]
}
