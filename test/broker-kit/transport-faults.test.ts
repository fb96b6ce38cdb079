import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Type } from '@sinclair/typebox'
import { type FaultyBroker, startFaultyBroker, type TransportFault, transportFaults } from '../../src/broker-kit/conformance/index.ts'
import { createContext } from '../../src/broker-kit/context.ts'
import { type BrokerError, isBrokerError, unreadableReason } from '../../src/broker-kit/index.ts'
import { createRegistry } from '../../src/broker-kit/registry.ts'
import { silent } from '../helpers/database.ts'
import { clientFor, drain, shortLimits } from '../helpers/http-client.ts'
import { moduleShapes } from '../helpers/module-shapes.ts'

const retries = 1
/** How often each fault came to which end, by what read the answers. */
const table = new Map<string, Map<string, number>>()

function note(reader: string, fault: string, end: string): void {
  const row = table.get(fault) ?? new Map<string, number>()
  const cell = `${reader}: ${end}`
  table.set(fault, row.set(cell, (row.get(cell) ?? 0) + 1))
}

function limitsFor({ limits }: TransportFault) {
  return { ...shortLimits, retries, ...limits }
}

/** What must hold of whatever ended with an error: it is typed, explained and bounded. */
function assertTold(error: unknown, { kind, says }: TransportFault): asserts error is BrokerError {
  assert.ok(isBrokerError(error), `${error} is no BrokerError`)
  assert.equal(error.kind, kind, error.message)
  assert.match(error.message, says)
}

function assertBounded(broker: FaultyBroker, fault: TransportFault, healthy = 0): void {
  const attempts = fault.isRetried ? 1 + retries : 1
  const hops = /redirects more/.test(fault.says.source) ? 6 : 1
  const isAsked = fault.instead === undefined && !fault.isSelfSigned
  assert.equal(broker.requests(), isAsked ? healthy + attempts * hops : 0)
  assert.ok(broker.sent() < 20_000_000, `${broker.sent()} bytes were sent`)
}

for (const [name, fault] of Object.entries(transportFaults)) {
  test(`the HTTP client tells of ${name}`, async () => {
    for (const how of ['json', 'items', 'text'] as const) {
      // A text may be anything, and in any encoding.
      if (how === 'text' && /cut off|without a body|UTF-8/.test(fault.says.source)) continue
      await using broker = await startFaultyBroker({ fault })
      const http = clientFor(broker.baseUrl, { limits: limitsFor(fault) })
      const stream = how === 'items' ? await drain(http.items('x')) : null
      const error = stream ? stream.error : await (how === 'json' ? http.json('x', Type.Unknown()) : http.text('x')).catch(thrown => thrown)
      if (fault.mayReject && stream) assert.match(unreadableReason(stream.items[0]) ?? '', fault.says)
      else assertTold(error, fault)
      assertBounded(broker, fault)
      note('client', name, error === null ? 'rejection' : fault.kind)
    }
  })

  for (const { module, requests, answer } of moduleShapes) {
    test(`a module that reads ${module.name} tells of ${name}, at once and later`, async () => {
      const isOnWay = fault.respond !== undefined
      for (const from of isOnWay ? Array.from({ length: requests }, (_, index) => index) : [0]) {
        await using broker = await startFaultyBroker({ fault, from, answer })
        const { values, error } = await run(module.id, broker.baseUrl, fault)
        const rejected = values.filter(value => unreadableReason(value) !== null).length
        if (error === null) assert.ok(fault.mayReject && rejected > 0, 'it ends as if all were well')
        else assertTold(error, fault)
        if (error !== null) assertBounded(broker, fault, from)
        note(module.id, name, error === null ? 'rejection' : fault.kind)
      }
    })
  }
}

async function run(brokerId: string, baseUrl: string, fault: TransportFault) {
  const variables = { [`BROKER_${brokerId.replace('-', '_').toUpperCase()}_BASE_URL`]: baseUrl }
  const { registry } = createRegistry({ modules: moduleShapes.map(({ module }) => module), enabled: null, variables })
  const broker = registry.get(brokerId) ?? assert.fail()
  const log = { debug: () => {}, ...silent }
  const context = createContext({ broker, signal: new AbortController().signal, log, limits: limitsFor(fault) })
  const values: unknown[] = []
  try {
    for await (const value of broker.module.fetchAlerts({}, context)) values.push(value)
    return { values, error: null }
  } catch (error) {
    return { values, error }
  }
}

test('every fault came to an end in every way of reading', t => {
  for (const [fault, row] of table) t.diagnostic(`${fault} | ${[...row].map(([cell, count]) => `${cell} x${count}`).join(' | ')}`)
  assert.equal(table.size, Object.keys(transportFaults).length)
  for (const [fault, row] of table) assert.ok(row.size >= 4, fault)
})
