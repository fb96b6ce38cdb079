// npm run new:broker <id>: writes a module that passes the conformance kit at once, and registers it.
import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { parameterTable, readmeSections } from '../src/broker-kit/conformance/index.ts'
import { folderOf, refuse } from './find-module.ts'
import { moduleText, namesOf, scenarioOf } from './new-broker-template.ts'

const id = process.argv[2] ?? ''
if (!/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(id)) refuse('Give the broker an id in kebab-case: npm run new:broker sky-broker')
const folder = folderOf(id)
if (existsSync(folder)) refuse(`There is a folder ${fileURLToPath(folder)} already.`)
const names = namesOf(id)

await mkdir(new URL('fixtures/three-alerts/', folder), { recursive: true })
await writeFile(new URL('index.ts', folder), moduleText(names))
await writeFile(new URL('fixtures/three-alerts/scenario.json', folder), `${JSON.stringify(scenarioOf(), null, 2)}\n`)
const list = new URL('../src/brokers/index.ts', import.meta.url)
await writeFile(list, withModule(await readFile(list, 'utf8')))
const { [names.variable]: module } = await import(new URL('index.ts', folder).href)
await writeFile(new URL('README.md', folder), readmeText(parameterTable(module)))
format(list, folder)
process.stdout.write(`Wrote src/brokers/${id} and its line in src/brokers/index.ts. Now make it yours: npm run test:broker ${id}\n`)

/** The list of the built-in modules with the new one in its place. */
function withModule(text: string): string {
  const imports = text.match(/^import .* from '\.\/.*'$/gm) ?? []
  const line = `import { ${names.variable} } from './${id}/index.ts'`
  const sorted = [...imports, line].toSorted((a, b) => (pathIn(a) < pathIn(b) ? -1 : 1))
  const variables = sorted.map(one => /\{ (\w+) \}/.exec(one)?.[1])
  return text
    .replace(imports.join('\n'), sorted.join('\n'))
    .replace(/(builtInBrokers: readonly AnyBrokerModule\[\] = )\[[^\]]*\]/, (_, before: string) => `${before}[${variables.join(', ')}]`)
}

function pathIn(line: string): string {
  return line.slice(line.indexOf("'"))
}

function readmeText(table: string): string {
  const texts: Record<string, string> = {
    'What it is': `${names.name} is a broker that somebody should describe here.`,
    Parameters: table,
    Credentials: 'None.',
    Limits: 'None are known.',
    'Checked against': 'Nothing yet: the scenario is made up.',
    'Known gaps': 'Everything.'
  }
  return `# ${names.name}\n\n${readmeSections.map(heading => `## ${heading}\n\n${texts[heading]}\n`).join('\n')}`
}

function format(...paths: readonly URL[]): void {
  const biome = fileURLToPath(new URL('../node_modules/.bin/biome', import.meta.url))
  execFileSync(biome, ['check', '--write', ...paths.map(path => fileURLToPath(path))], { stdio: ['ignore', 'ignore', 'inherit'] })
}
