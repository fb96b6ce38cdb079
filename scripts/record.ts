// npm run record <id> <scenario> ['<parameters as JSON>']: asks a live broker, and writes the conversation down.
import { existsSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { recordScenario } from '../src/broker-kit/conformance/index.ts'
import { createRegistry } from '../src/broker-kit/registry.ts'
import { exampleOf } from '../src/catalog/example.ts'
import { readConfig } from '../src/config.ts'
import { findModule, folderOf, refuse } from './find-module.ts'

const [id, scenario = '', given] = process.argv.slice(2)
const module = findModule(id)
if (!/^[a-z0-9]+(-[a-z0-9]+)*$/.test(scenario)) refuse('Give the scenario a name in kebab-case: npm run record alerce-ztf two-pages')
const folder = new URL(`fixtures/${scenario}/`, folderOf(module.id))
if (existsSync(folder)) refuse(`There is a scenario '${scenario}' already.`)

const { registry, faults } = createRegistry({ modules: [module], enabled: null, variables: variablesOf(module.id) })
const broker = registry.get(module.id)
if (broker === undefined) refuse(faults.join('\n'))
if (broker.missingSettings.length > 0) refuse(`${module.name} needs settings: ${broker.missingSettings.join(', ')}.`)
const parameters = given === undefined ? { ...exampleOf(broker) } : Object(JSON.parse(given))
const complaints = broker.parameterComplaints(parameters)
if (complaints.length > 0) refuse(complaints.map(({ pointer, message }) => `${pointer} ${message}`).join('\n'))

const recorded = await recordScenario(broker, parameters)
await mkdir(folder, { recursive: true })
await writeFile(new URL('scenario.json', folder), `${JSON.stringify(recorded, null, 2)}\n`)
process.stdout.write(
  `Wrote ${recorded.exchanges.length} exchanges and ${recorded.alerts.length} alerts. Make the values up, then: npm run test:broker ${module.id}\n`
)

/** What the operator set for this broker; what is for others does not matter here. */
function variablesOf(brokerId: string): Record<string, string> {
  const { brokerVariables } = readConfig(process.env).config
  const prefix = `BROKER_${brokerId.replaceAll('-', '_').toUpperCase()}_`
  return Object.fromEntries(Object.entries(brokerVariables).filter(([name]) => name.startsWith(prefix)))
}
