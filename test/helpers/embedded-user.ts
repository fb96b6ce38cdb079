// A process that uses the embedded PostgreSQL of the folder it is given: prints the URL, leaves on SIGTERM.
import { startEmbedded } from '../../src/database/embedded.ts'
import { silent } from './database.ts'

const dataDir = process.argv[2]
if (dataDir === undefined) throw new Error('name a folder')
process.on('SIGINT', () => {})
const postgres = await startEmbedded({ dataDir, log: silent, durable: false })
process.once('SIGTERM', async () => {
  await postgres.close()
  process.exit(0)
})
process.stdout.write(`${postgres.url}\n`)
