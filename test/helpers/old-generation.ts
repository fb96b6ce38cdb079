// Run by itself, because tests leave traces of their own: prints what each time of some works leaves in V8's old generation [bytes].
import { once } from 'node:events'
import { createServer, request } from 'node:http'
import { text as textOf } from 'node:stream/consumers'
import { GCProfiler, getHeapSpaceStatistics, setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { Type } from '@sinclair/typebox'
import { inTransaction, prepared } from '../../src/database.ts'
import { clientFor } from './http-client.ts'
import { manyBroker } from './many-broker.ts'
import { startService } from './service.ts'

setFlagsFromString('--expose-gc')
const collect: (options: { type: 'minor' }) => void = runInNewContext('gc')
const warmings = 300
const times = 500
const alerts = JSON.stringify([{ diaSourceId: '1', ra: 1, dec: 1, padding: 'x'.repeat(2500) }])
const anything = Type.Unknown()

async function leftByEach(work: () => Promise<unknown>): Promise<number> {
  for (let count = 0; count < warmings; count++) await work()
  for (let attempt = 0; attempt < 5; attempt++) {
    const before = oldBytes()
    const profiler = new GCProfiler()
    profiler.start()
    for (let count = 0; count < times; count++) await work()
    const left = oldBytes() - before
    if (profiler.stop()?.statistics.every(({ gcType }) => gcType === 'Scavenge')) return left / times
  }
  throw new Error('All of the heap was collected in each attempt.')
}

/** What survives two collections of the young generation is in the old one. */
function oldBytes(): number {
  for (let count = 0; count < 2; count++) collect({ type: 'minor' })
  return getHeapSpaceStatistics().find(({ space_name }) => space_name === 'old_space')?.space_used_size ?? 0
}

// Other than the usual stand-in it remembers nothing of its requests.
const broker = createServer((_request, response) => {
  response.setHeader('content-type', 'application/json')
  response.end(alerts)
})
broker.listen(0, '127.0.0.1')
await once(broker, 'listening')
const address = broker.address()
const brokerUrl = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}/`
const service = await startService({ modules: [manyBroker], variables: { BROKER_MANY_BROKER_BASE_URL: brokerUrl } })

/** Not by fetch, which leaves more than the service does. */
async function run(): Promise<void> {
  const asked = request(`${service.url}/v1/runs`, { method: 'POST', headers: { 'content-type': 'application/json', prefer: 'wait=30' } })
  asked.end(JSON.stringify({ brokerId: manyBroker.id, parameters: {} }))
  const [response] = await once(asked, 'response')
  const answer = await textOf(response)
  if (response.statusCode !== 200) throw new Error(answer)
}

const left = {
  items: await leftByEach(() => Array.fromAsync(clientFor(brokerUrl).items('x'))),
  json: await leftByEach(() => clientFor(brokerUrl).json('x', anything)),
  transaction: await leftByEach(() =>
    inTransaction(service.database.pool, async (client, commit) => {
      await Promise.all([client.query(prepared('SELECT $1::text AS text', [alerts])), commit()])
    })
  ),
  run: await leftByEach(run)
}
process.stdout.write(`${JSON.stringify(left)}\n`)
await service.close()
broker.close()
broker.closeAllConnections()
