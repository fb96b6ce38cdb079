import assert from 'node:assert/strict'
import type { LookupAddress } from 'node:dns'
import { test } from 'node:test'
import { createContext } from '../../src/broker-kit/context.ts'
import { isPrivateAddress } from '../../src/broker-kit/private-addresses.ts'
import { createPublicAgent, type LookupAll } from '../../src/broker-kit/public-agent.ts'
import { createRegistry } from '../../src/broker-kit/registry.ts'
import { silent } from '../helpers/database.ts'
import { brokerErrorOf, clientFor } from '../helpers/http-client.ts'
import { manyBroker } from '../helpers/many-broker.ts'
import { startUpstream } from '../helpers/upstream.ts'

test('addresses of machines that the internet does not reach are told from the others, however they are written', () => {
  const hidden =
    '0.0.0.0 10.1.2.3 100.64.0.1 127.0.0.1 127.255.255.254 169.254.169.254 172.16.0.1 172.31.255.255 192.168.1.1 198.18.0.1 224.0.0.1 255.255.255.255 ' +
    ':: ::1 ::ffff:127.0.0.1 ::ffff:a9fe:a9fe ::7f00:1 64:ff9b::7f00:1 64:ff9b::10.0.0.1 64:ff9b:1::1 2002:7f00:1:: 2002:a9fe:a9fe::1 ' +
    'fc00::1 fd12:3456::1 fe80::1 fec0::1 ff02::1 2001:db8::1 2001::1 100::1'
  for (const address of hidden.split(' ')) assert.equal(isPrivateAddress(address), true, address)
  const open =
    '1.1.1.1 8.8.8.8 100.63.255.255 100.128.0.1 172.15.0.1 172.32.0.1 192.167.1.1 223.255.255.255 2600::1 2a00:1450::1 ' +
    '::ffff:8.8.8.8 64:ff9b::808:808 2002:808:808::1'
  for (const address of open.split(' ')) assert.equal(isPrivateAddress(address), false, address)
})

/** Answers for a name with these addresses, one list after the other. */
function resolving(...answers: string[][]): { lookup: LookupAll; asked: string[] } {
  const asked: string[] = []
  const lookup: LookupAll = (name, _options, done) => {
    asked.push(name)
    const addresses = (answers.length > 1 ? answers.shift() : answers[0]) ?? []
    done(
      null,
      addresses.map((address): LookupAddress => ({ address, family: address.includes(':') ? 6 : 4 }))
    )
  }
  return { lookup, asked }
}

test('a name that leads to a private address is not connected to, whatever else it leads to', async () => {
  await using upstream = await startUpstream({ '*': { body: 'inside' } })
  const { port } = new URL(upstream.url)
  for (const addresses of [['127.0.0.1'], ['8.8.8.8', '127.0.0.1'], ['::1'], ['::ffff:127.0.0.1'], ['169.254.169.254']]) {
    const { lookup, asked } = resolving(addresses)
    const agent = createPublicAgent(lookup)
    const http = clientFor(`http://broker.example:${port}/`, { dispatcher: agent })
    const { kind, retryable, message } = await brokerErrorOf(http.text('x'))
    assert.deepEqual([kind, retryable], ['unreachable', false])
    assert.match(message, /^broker\.example:\d+\/x leads to [0-9a-f.:]+, a private address: only the operator may point a broker there$/)
    assert.deepEqual(asked, ['broker.example'])
    await agent.destroy()
  }
  assert.equal(upstream.requests.length, 0)
})

test('a name that changes its mind between two requests is looked at each time', async () => {
  const { lookup, asked } = resolving([], ['127.0.0.1'])
  const agent = createPublicAgent(lookup)
  const http = clientFor('http://broker.example:9/', { dispatcher: agent, limits: { retries: 0 } })
  await brokerErrorOf(http.text('x'))
  assert.match((await brokerErrorOf(http.text('x'))).message, /leads to 127\.0\.0\.1/)
  assert.equal(asked.length, 2)
  await agent.destroy()
})

test('the base URL of a module may not lead to a private address, one that the operator sets may', async () => {
  await using upstream = await startUpstream({ '*': { body: [{ diaSourceId: 'a', ra: 1, dec: 1 }] } })
  const baseUrl = upstream.url.replace('127.0.0.1', 'localhost')
  const fetchAll = (variables: Record<string, string>) => {
    const broker = createRegistry({ modules: [{ ...manyBroker, baseUrl }], enabled: null, variables }).registry.get('many-broker')
    assert.ok(broker)
    const context = createContext({ broker, signal: new AbortController().signal, log: { debug: () => {}, ...silent } })
    return Array.fromAsync(broker.module.fetchAlerts({}, context))
  }
  assert.match((await brokerErrorOf(fetchAll({}))).message, /^localhost:\d+\/alerts\.json leads to .+, a private address/)
  assert.equal(upstream.requests.length, 0)
  assert.equal((await fetchAll({ BROKER_MANY_BROKER_BASE_URL: baseUrl })).length, 1)
})
