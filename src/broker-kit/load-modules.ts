import { existsSync, statSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { AnyBrokerModule } from './define-broker.ts'
import { isBrokerModule, looksLikeModule, shapeFaults } from './module-shape.ts'

/** What was found, in the order of the specifiers, and a sentence about each that could not be loaded. */
export interface LoadedModules {
  readonly modules: AnyBrokerModule[]
  readonly faults: string[]
}

/**
 * Loads broker modules. A specifier that begins with `.` or `/` is a file, or a folder with an index.js or index.ts,
 * relative to the working folder; any other is a package that is installed there. All exports that are modules count.
 */
export async function loadModules(specifiers: readonly string[]): Promise<LoadedModules> {
  const loaded = await Promise.all(specifiers.map(loadModule))
  return { modules: loaded.flatMap(({ modules }) => modules), faults: loaded.flatMap(({ faults }) => faults) }
}

async function loadModule(specifier: string): Promise<LoadedModules> {
  try {
    const exported: object = await import(await locate(specifier))
    return pickModules(specifier, exported)
  } catch (error) {
    return { modules: [], faults: [`BROKER_MODULES: '${specifier}' does not load: ${messageOf(error)}.`] }
  }
}

function pickModules(specifier: string, exported: object): LoadedModules {
  const candidates = [...new Set(Object.values(exported))].filter(looksLikeModule)
  if (candidates.length === 0) {
    const faults = [
      `BROKER_MODULES: '${specifier}' exports no broker module (an object with id, parameters, fetchAlerts, toGenericAlert...).`
    ]
    return { modules: [], faults }
  }
  const broken = candidates.filter(candidate => !isBrokerModule(candidate))
  return {
    modules: candidates.filter(isBrokerModule),
    faults: broken.map(candidate => `BROKER_MODULES: '${specifier}' exports a broken module: ${shapeFaults(candidate).join(', ')}.`)
  }
}

/** Finds the file that a specifier stands for; answers its URL. */
async function locate(specifier: string): Promise<string> {
  if (specifier.startsWith('file:')) return specifier
  const isPath = specifier.startsWith('.') || resolve(specifier) === specifier
  const file = isPath ? fileAt(resolve(specifier)) : await fileOfPackage(specifier)
  return pathToFileURL(file).href
}

function fileAt(path: string): string {
  if (!existsSync(path)) throw new Error(`there is nothing at ${path}`)
  if (!statSync(path).isDirectory()) return path
  const index = ['index.js', 'index.ts'].map(name => join(path, name)).find(existsSync)
  if (index === undefined) throw new Error(`the folder ${path} has neither index.js nor index.ts`)
  return index
}

async function fileOfPackage(specifier: string): Promise<string> {
  const require = createRequire(resolve('package.json'))
  try {
    return require.resolve(specifier)
  } catch (error) {
    const file = await importOnlyFile(specifier, require.resolve.paths(specifier) ?? [])
    if (file !== null) return file
    throw new Error(`no package of this name is installed here (for a file, begin with ./): ${messageOf(error).split('\n')[0]}`)
  }
}

// require.resolve does not see packages whose exports have an `import` condition alone, and import() cannot resolve
// from the working folder.
async function importOnlyFile(specifier: string, folders: readonly string[]): Promise<string | null> {
  const [, name = '', path = ''] = /^((?:@[^/]+\/)?[^/]+)(.*)$/.exec(specifier) ?? []
  const folder = folders.map(parent => join(parent, name)).find(candidate => existsSync(join(candidate, 'package.json')))
  if (folder === undefined) return null
  const { exports } = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'))
  const target = targetOf(memberOf(exports, `.${path}`) ?? (path === '' ? exports : null))
  return target === null ? null : join(folder, target)
}

function targetOf(exports: unknown): string | null {
  if (typeof exports === 'string') return exports
  if (typeof exports !== 'object' || exports === null) return null
  const chosen = Object.entries(exports).find(([condition]) => ['node', 'import', 'default'].includes(condition))
  return chosen ? targetOf(chosen[1]) : null
}

function memberOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Object.entries(value).find(([key]) => key === name)?.[1] : undefined
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
