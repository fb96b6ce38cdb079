import assert from 'node:assert/strict'
import { test } from 'node:test'
import { inspect } from 'node:util'
import { Type } from '@sinclair/typebox'
import { BrokerError } from '../../src/broker-kit/errors.ts'
import { brokerErrorOf, clientFor, failuresOf } from '../helpers/http-client.ts'
import { startUpstream } from '../helpers/upstream.ts'

const secret = 'hunter2/"é &+'
const spellings = [secret, encodeURIComponent(secret), JSON.stringify(secret).slice(1, -1), 'hunter2%2F%22%C3%A9+%26%2B']

function assertHidden(error: BrokerError): void {
  const printed = inspect(error, { depth: 10 })
  assert.match(printed, /\*\*\*/)
  assert.ok(!printed.includes('hunter2'), printed)
}

test('a secret that the broker sends back is in no error, in whatever spelling and wherever it stands', async () => {
  for (const spelling of spellings) {
    for (const body of [spelling, `${'x'.repeat(290)}${spelling}`, `<b>${spelling}</b>`, `{"query":"${spelling}"`]) {
      for (const status of [200, 400, 503]) {
        await using upstream = await startUpstream({ '*': { status, body } })
        const errors = await failuresOf(clientFor(upstream.url, { secrets: [secret], limits: { retries: 0 } }))
        for (const error of errors) {
          assert.ok(!inspect(error, { depth: 10 }).includes('hunter2'), error.message)
          assert.match(error.message, /\*{3}|x{290}/)
        }
      }
    }
  }
})

test('a secret in the path, in a redirect or in an error of the module is hidden', async () => {
  await using upstream = await startUpstream({ [`GET /${encodeURIComponent(secret)}`]: { status: 404 }, '*': { body: {} } })
  const http = clientFor(upstream.url, { secrets: ['', secret] })
  assertHidden(await brokerErrorOf(http.text(encodeURIComponent(secret))))
  const inBandError = () => new BrokerError('unauthorized', `key ${secret} is unknown`, { cause: new Error(secret), upstreamStatus: 418 })
  const error = await brokerErrorOf(http.json('x', Type.Object({}), { inBandError }))
  assertHidden(error)
  assert.deepEqual([error.kind, error.retryable, error.upstreamStatus], ['unauthorized', false, 418])
})

test('a cause that holds a secret is replaced, any other is kept', async () => {
  await using upstream = await startUpstream({})
  const hidden = await brokerErrorOf(
    clientFor(upstream.url, { secrets: ['authorization'] }).text('x', { headers: { authorization: '\n' } })
  )
  assertHidden(hidden)
  await upstream.close()
  const { cause } = await brokerErrorOf(clientFor(upstream.url, { secrets: [secret] }).text('x'))
  assert.ok(cause instanceof Error && 'code' in cause && cause.code === 'ECONNREFUSED')
})

test('the values of a query are in no error', async () => {
  await using upstream = await startUpstream({ '*': { status: 400 } })
  const { message } = await brokerErrorOf(clientFor(upstream.url).text('x', { query: { key: 'hunter2' } }))
  assert.ok(!message.includes('hunter2'))
})
