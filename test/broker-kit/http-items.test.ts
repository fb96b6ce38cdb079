import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { createGzip } from 'node:zlib'
import { BrokerError, isBrokerError } from '../../src/broker-kit/errors.ts'
import type { ItemsRequest } from '../../src/broker-kit/http-client.ts'
import { sourceOf, unreadableReason } from '../../src/broker-kit/source.ts'
import { clientFor, drain } from '../helpers/http-client.ts'
import { startUpstream } from '../helpers/upstream.ts'

/** Reads the items of an answer with this body: their texts, why some cannot be read, the envelope or the error. */
async function read(body: string | Buffer, request: ItemsRequest = { at: ['items'] }) {
  await using upstream = await startUpstream({ '*': { body } })
  const stream = clientFor(upstream.url).items('x', request)
  const { items, error } = await drain(stream)
  const { kind, message } = isBrokerError(error) ? error : { kind: null, message: '' }
  return {
    items,
    texts: items.map(item => sourceOf(item)?.text),
    reasons: items.map(unreadableReason),
    envelope: error ? undefined : stream.envelope(),
    kind,
    message
  }
}

test('items come with their texts, and what stood around them comes last', async () => {
  const { items, texts, envelope, kind } = await read('{"total":170587116732416143,"items":[{"a":1}, {"a": 2}\n],"next":null}')
  assert.deepEqual(items, [{ a: 1 }, { a: 2 }])
  assert.deepEqual(texts, ['{"a":1}', '{"a": 2}'])
  assert.deepEqual(
    [envelope, sourceOf(envelope)?.text],
    [{ total: '170587116732416143', items: [], next: null }, '{"total":170587116732416143,"items":[],"next":null}']
  )
  assert.equal(kind, null)
})

test('the answer itself may be the array, and arrays may be empty', async () => {
  assert.deepEqual((await read(' [ {"a":1} ] ', {})).items, [{ a: 1 }])
  const { items, envelope } = await read('[ ]', {})
  assert.deepEqual([items, envelope], [[], []])
  assert.deepEqual((await read('{"items":[]}')).envelope, { items: [] })
})

test('lines are items; a broker that has none may answer nothing at all', async () => {
  const { items, envelope } = await read('{"a":1}\n\n{"a":2}', { format: 'ndjson' })
  assert.deepEqual([items, envelope], [[{ a: 1 }, { a: 2 }], null])
  assert.deepEqual(await read('', { format: 'ndjson' }), { items: [], texts: [], reasons: [], envelope: null, kind: null, message: '' })
})

test('the request is sent when the first item is wanted, and the items can be read once', async () => {
  await using upstream = await startUpstream({ '*': { body: '[{"a":1}]' } })
  const stream = clientFor(upstream.url).items('x')
  assert.equal(upstream.requests.length, 0)
  assert.throws(() => stream.envelope(), /known once the last of them was read/)
  assert.deepEqual(await Array.fromAsync(stream), [{ a: 1 }])
  assert.throws(() => stream[Symbol.asyncIterator](), /can be read once/)
})

test('one item that cannot be read harms only itself', async () => {
  const good = ['{"a":1}', '{"id":3470490460915015042,"a":1,"a":2}', '{"mag":NaN}', '[7]']
  const bad = ['5', '"x"', 'null', '{"a":}', '{"a":"\0"}', '{"a":"\xc3("}']
  // Latin-1 makes of the last one what is no UTF-8.
  const body = Buffer.from(`{"items":[${[...good, ...bad, ...good].join(',')}]}`, 'latin1')
  const { items, texts, reasons, kind } = await read(body)
  assert.equal(kind, null)
  const values = [{ a: 1 }, { id: '3470490460915015042', a: 2 }, { mag: null }, [7]]
  assert.deepEqual(
    items.filter(item => unreadableReason(item) === null),
    [...values, ...values]
  )
  assert.deepEqual(texts.slice(4, -4), ['5', '"x"', 'null', '{"a":}', '{"a":"\ufffd"}', '{"a":"\ufffd("}'])
  assert.equal(reasons.slice(4, -4).filter(reason => reason !== null).length, bad.length)
})

test('of a body that is cut off, the items before the cut are yielded', async () => {
  const text = '{"total":2,"items":[{"a":"é"},{"a":2}],"next":null}'
  const bytes = Buffer.from(text)
  const ends = [bytes.indexOf('}') + 1, bytes.indexOf('}', bytes.indexOf('},') + 1) + 1]
  for (let length = bytes.indexOf('[') + 1; length < bytes.length; length++) {
    const { items, kind, message } = await read(bytes.subarray(0, length))
    assert.equal(items.length, ends.filter(end => end <= length).length, `cut at ${length}`)
    assert.equal(kind, 'bad-response')
    assert.match(message, /cut off/)
  }
})

test('an answer without the array is a bad response', async () => {
  for (const body of ['{}', '{"items":null}', '{"items":{}}', '{"data":{"items":[{"a":1}]}}', '[{"items":[]}]', 'null', '5', '"items"']) {
    const { kind, message } = await read(body)
    assert.equal(kind, 'bad-response', body)
    assert.match(message, /\/x has no array at \/items$/, body)
  }
  assert.match((await read('{"items":[]}', {})).message, /has no array at \/$/)
})

test('an error inside the answer is found, with and without an array', async () => {
  const inBandError = (body: unknown) => (Object(body).status === 'error' ? new BrokerError('not-found', 'no such filter') : undefined)
  for (const body of ['{"status":"error"}', '{"status":"error","items":[]}', '{"items":[],"status":"error"}']) {
    const { kind, message } = await read(body, { at: ['items'], inBandError })
    assert.deepEqual([kind, message], ['not-found', 'no such filter'], body)
  }
  const late = await read('{"items":[{"a":1}],"status":"error"}', { at: ['items'], inBandError })
  assert.deepEqual([late.items, late.kind], [[{ a: 1 }], 'not-found'])
})

test('items arrive as soon as they are there, however the body is cut on its way', async () => {
  const bytes = Buffer.from('{"é":"\\"[","items":[{"a":"日"},{"b":"\\\\"},[1]],"z":1}')
  await using upstream = await startUpstream(async (_request, response) => {
    for (const byte of bytes) {
      response.write(Buffer.from([byte]))
      await turn()
    }
    response.end()
  })
  assert.deepEqual(await Array.fromAsync(clientFor(upstream.url).items('x', { at: ['items'] })), [{ a: '日' }, { b: '\\' }, [1]])
})

test('memory stays flat over 200,000 items, also compressed', async () => {
  setFlagsFromString('--expose-gc')
  const collect: unknown = runInNewContext('gc')
  assert.ok(typeof collect === 'function')
  const item = `{"oid":170587116732416143,"text":"${'x'.repeat(260)}"}`
  const block = Buffer.from(`${item},`.repeat(100))
  await using upstream = await startUpstream(async (_request, response) => {
    response.writeHead(200, { 'content-encoding': 'gzip' })
    const gzip = createGzip({ level: 1 })
    gzip.pipe(response)
    gzip.write('{"items":[')
    for (let sent = 0; sent < 200_000; sent += 100) {
      if (!gzip.write(block)) await new Promise(resolve => gzip.once('drain', resolve))
    }
    gzip.end(`${item}]}`)
  })
  let count = 0
  const held: number[] = []
  for await (const _ of clientFor(upstream.url, { limits: { totalTime: 120_000 } }).items('x', { at: ['items'] })) {
    if (++count % 40_000 !== 0) continue
    collect()
    const { heapUsed, external } = process.memoryUsage()
    held.push((heapUsed + external) / 1e6)
  }
  assert.equal(count, 200_001)
  assert.ok(Math.max(...held) - (held[0] ?? 0) < 10, `MB held: ${held.map(Math.round)}`)
})
