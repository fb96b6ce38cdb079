import { posix } from 'node:path'
import { anchorsOf, blocksOf, inlineCodeOf, linksOf } from './markdown.ts'

/** A page: its path from the root of the repository, and its text. */
export interface Page {
  readonly path: string
  readonly text: string
}

/** What pages speak of. */
export interface Facts {
  /** Names of the scripts in package.json. */
  readonly scripts: readonly string[]
  /** Names of the variables that the service reads, those of brokers aside. */
  readonly variables: readonly string[]
  /** Paths of the API, as in /v1/runs/{runId}. */
  readonly routes: readonly string[]
  readonly exists: (path: string) => boolean
  /** Text of a page, to look for its headings. */
  readonly read: (path: string) => string
}

/** Says what of a page is not so: links, scripts, files, variables and addresses that do not exist. */
export function faultsOfPage(page: Page, facts: Facts): string[] {
  const code = inlineCodeOf(page.text)
  const faults = [
    ...linksOf(page.text)
      .filter(link => !leadsSomewhere(link, page, facts))
      .map(link => `links ${link}, which does not exist`),
    ...scriptsIn(page.text)
      .filter(name => !facts.scripts.includes(name))
      .map(name => `runs the script ${name}, which does not exist`),
    ...filesIn(code)
      .filter(path => !facts.exists(path))
      .map(path => `names the file ${path}, which does not exist`),
    ...variablesIn([...code, ...blocksOf(page.text).map(({ text }) => text)])
      .filter(name => !facts.variables.includes(name))
      .map(name => `names the variable ${name}, which nobody reads`),
    ...addressesIn(page.text)
      .filter(address => !facts.routes.some(route => fits(route, address)))
      .map(address => `names ${address}, where nothing is`)
  ]
  return faults.map(fault => `${page.path} ${fault}`)
}

function leadsSomewhere(link: string, page: Page, { exists, read }: Facts): boolean {
  const [file = '', anchor] = link.split('#')
  const path = file === '' ? page.path : posix.join(posix.dirname(page.path), file)
  if (!exists(path)) return false
  return anchor === undefined || anchorsOf(path === page.path ? page.text : read(path)).includes(anchor)
}

function scriptsIn(text: string): string[] {
  return [...text.matchAll(/\bnpm (?:run ([\w:]+)|(test|start)\b)/g)].map(([, run, short]) => run ?? short ?? '')
}

/** Files and folders of the repository as they are named in code; those with a placeholder are left out. */
function filesIn(code: readonly string[]): string[] {
  return code.flatMap(text => text.split(/\s+/)).filter(word => /^(?:src|prisma|test|docs|openapi|bench|\.ci)\/[\w./-]*$/.test(word))
}

function variablesIn(code: readonly string[]): string[] {
  const names = code.flatMap(text => [...text.matchAll(/(?<![\w$])(?:[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+|[A-Z]{4,}(?==[\w.]))(?!\w)/g)])
  return names.map(([name]) => name).filter(name => !name.startsWith('BROKER_') || name === 'BROKER_MODULES')
}

function addressesIn(text: string): string[] {
  const addresses = text.replaceAll(/\$\([^)]*\)/g, 'id').matchAll(/\/v1\/[^\s`"'?)<]+/g)
  return [...addresses].map(([address]) => address.replace(/[.,:;]+$/, ''))
}

function fits(route: string, address: string): boolean {
  const segments = address.split('/')
  const expected = route.split('/')
  return expected.length === segments.length && expected.every((part, index) => part.startsWith('{') || part === segments[index])
}
