import { readConfig } from './config.ts'
import { prepareDatabase } from './database/prepare.ts'

const { config, faults } = readConfig(process.env)
const databaseFaults = faults.filter(fault => fault.startsWith('DATA'))
const say = (line: string) => process.stdout.write(`${line}\n`)
const quiet = { info: () => {}, warn: () => {}, error: () => {} }

try {
  if (databaseFaults.length > 0) throw new Error(databaseFaults.join('\n'))
  const { applied, release } = await prepareDatabase({ url: config.databaseUrl, dataDir: config.dataDir, log: quiet })
  for (const name of applied) say(`applied ${name}`)
  if (applied.length === 0) say('nothing to do: the database has every migration of this release')
  await release()
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
  process.exitCode = 1
}
