import assert from 'node:assert/strict'
import { getEventListeners, once } from 'node:events'
import { createServer, request, type ServerResponse } from 'node:http'
import { type TestContext, test } from 'node:test'
import { clientSignal } from '../../src/http/client-gone.ts'

/** A request that waits for its answer, and the answer. */
async function waiting(context: TestContext) {
  const server = createServer()
  context.after(() => {
    server.closeAllConnections()
    server.close()
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const client = request({ host: '127.0.0.1', port: typeof address === 'object' ? address?.port : 0 })
  client.on('error', () => {})
  client.end()
  const [, raw]: [unknown, ServerResponse] = await once(server, 'request').then(([asked, response]) => [asked, response])
  return { client, raw }
}

const listenersOf = ({ signal }: AbortController) => getEventListeners(signal, 'abort').length

test('a signal fires when the client hangs up, and lets go of the service', async context => {
  const draining = new AbortController()
  const { client, raw } = await waiting(context)
  const signal = clientSignal({ raw }, { draining: draining.signal, seconds: 60 })
  assert.deepEqual([signal.aborted, listenersOf(draining)], [false, 1])
  client.destroy()
  await once(signal, 'abort')
  assert.equal(signal.reason.status, 499)
  assert.equal(listenersOf(draining), 0)
})

test('a signal that is made after the client hung up has fired already', async context => {
  const draining = new AbortController()
  const { client, raw } = await waiting(context)
  client.destroy()
  await once(raw, 'close')
  const signal = clientSignal({ raw }, { draining: draining.signal, seconds: 60 })
  assert.deepEqual([signal.aborted, listenersOf(draining)], [true, 0])
})

test('an answer that was sent fires nothing, and lets go of the service', async context => {
  const draining = new AbortController()
  const { raw } = await waiting(context)
  const signal = clientSignal({ raw }, { draining: draining.signal, seconds: 60 })
  raw.end('{}')
  await once(raw, 'close')
  assert.deepEqual([signal.aborted, listenersOf(draining)], [false, 0])
})

test('a signal fires when the wait is over, and when the service stops, also one that stops already', async context => {
  const { raw } = await waiting(context)
  const over = clientSignal({ raw }, { seconds: 0.01 })
  await once(over, 'abort')
  const draining = new AbortController()
  const stopped = clientSignal({ raw }, { draining: draining.signal })
  draining.abort(new Error('The service is stopping.'))
  const late = clientSignal({ raw }, { draining: draining.signal })
  assert.deepEqual([stopped.reason.message, late.reason.message], ['The service is stopping.', 'The service is stopping.'])
  raw.end()
})
