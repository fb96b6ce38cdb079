import assert from 'node:assert/strict'
import { Type } from '@sinclair/typebox'
import { type BrokerError, isBrokerError } from '../../src/broker-kit/errors.ts'
import { createHttpClient, type HttpClient, type HttpClientOptions, type ItemStream } from '../../src/broker-kit/http-client.ts'

/** Limits that make a test of failures quick, but not of silence: a busy machine is silent too [ms]. */
export const shortLimits = { requestTimeout: 10_000, totalTime: 30_000, retries: 2, firstPause: 10, maxRetryAfter: 5_000 }

/** Makes a client with short limits. */
export function clientFor(baseUrl: string, options: Partial<HttpClientOptions> = {}): HttpClient {
  return createHttpClient({
    baseUrl,
    signal: new AbortController().signal,
    ...options,
    limits: { ...shortLimits, ...options.limits }
  })
}

/** The BrokerError that a promise must end with. */
export async function brokerErrorOf(work: Promise<unknown>): Promise<BrokerError> {
  const thrown: unknown = await work.then(
    () => undefined,
    (error: unknown) => error
  )
  assert.ok(isBrokerError(thrown), `expected a BrokerError, got ${thrown}`)
  return thrown
}

/** Everything that a stream yields, and what it throws in the end. */
export async function drain(stream: ItemStream): Promise<{ items: unknown[]; error: unknown }> {
  const items: unknown[] = []
  try {
    for await (const item of stream) items.push(item)
    return { items, error: null }
  } catch (error) {
    return { items, error }
  }
}

/** Asks for a whole answer and for items, which must fail alike; the two errors. */
export async function failuresOf(http: HttpClient, path = 'objects/'): Promise<BrokerError[]> {
  const whole = await brokerErrorOf(http.json(path, Type.Object({})))
  const { items, error } = await drain(http.items(path, { at: ['items'] }))
  assert.deepEqual(items, [])
  assert.ok(isBrokerError(error), `expected a BrokerError, got ${error}`)
  return [whole, error]
}
