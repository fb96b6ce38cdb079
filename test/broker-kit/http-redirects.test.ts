import assert from 'node:assert/strict'
import { test } from 'node:test'
import { withinHost } from '../../src/broker-kit/http-request.ts'
import { brokerErrorOf, clientFor } from '../helpers/http-client.ts'
import { startUpstream } from '../helpers/upstream.ts'

const to = (location: string, status = 302) => ({ status, headers: { location } })

test('a redirect within the broker is followed, with the headers of the request', async () => {
  await using upstream = await startUpstream({
    'GET /a': to('/b?x=1', 301),
    'GET /b': request => to(`http://${request.headers.host}/c#top`, 308),
    'GET /c': { body: 'here' }
  })
  assert.equal(await clientFor(upstream.url).text('a', { headers: { authorization: 'Token abc' } }), 'here')
  assert.deepEqual(
    upstream.requests.map(({ url, headers }) => [url, headers.authorization]),
    [
      ['/a', 'Token abc'],
      ['/b?x=1', 'Token abc'],
      ['/c', 'Token abc']
    ]
  )
})

test('redirects that go round in circles end', async () => {
  await using upstream = await startUpstream({ 'GET /a': to('/b'), 'GET /b': to('/a') })
  const { kind, message } = await brokerErrorOf(clientFor(upstream.url).text('a'))
  assert.equal(kind, 'bad-response')
  assert.match(message, /redirects more than 5 times$/)
  assert.equal(upstream.requests.length, 6)
})

test('a redirect to another host, port or scheme is not followed, nor to a private address', async () => {
  await using other = await startUpstream({ '*': { body: 'stolen' } })
  for (const location of [
    other.url,
    other.url.replace('127.0.0.1', 'localhost'),
    'http://169.254.169.254/latest/meta-data/?token=secret',
    'http://10.0.0.1/',
    'http://[::1]/',
    '//elsewhere.example/',
    'file:///etc/passwd',
    'http://'
  ]) {
    await using upstream = await startUpstream({ 'GET /a': to(location) })
    const { kind, message } = await brokerErrorOf(clientFor(upstream.url).text('a', { headers: { authorization: 'Token abc' } }))
    assert.equal(kind, 'bad-response')
    assert.match(message, /redirects to another host: /)
    assert.ok(!message.includes('secret'))
    assert.equal(upstream.requests.length, 1)
  }
  assert.equal(other.requests.length, 0)
})

test('a redirect that does not say where to is a bad response', async () => {
  await using upstream = await startUpstream({ 'GET /a': { status: 302 } })
  const { kind, message } = await brokerErrorOf(clientFor(upstream.url).text('a'))
  assert.equal(kind, 'bad-response')
  assert.match(message, /answered 302 without saying where to$/)
})

test('https stays https, http may become https, and only on the usual ports', () => {
  const goes = (from: string, reference: string) => withinHost(new URL(from), reference)?.href ?? null
  assert.equal(goes('https://b.example/api/', 'http://b.example/api/x'), 'https://b.example/api/x')
  assert.equal(goes('http://b.example/api/', 'https://b.example/x'), 'https://b.example/x')
  assert.equal(goes('http://b.example/api/', 'https://b.example:443/x'), 'https://b.example/x')
  assert.equal(goes('http://b.example/api/', 'HTTP://B.EXAMPLE:80/x'), 'http://b.example/x')
  assert.equal(goes('http://b.example/', 'https://b.example:8443/x'), null)
  assert.equal(goes('https://b.example:8443/', 'http://b.example/x'), null)
  assert.equal(goes('https://b.example/', 'https://b.example.evil/x'), null)
  assert.equal(goes('https://b.example/', 'https://b.example@evil/x'), null)
})

test('a redirected POST is sent again only where it cannot act twice', async () => {
  for (const [status, idempotent, method] of [
    [301, false, 'GET'],
    [302, false, 'GET'],
    [302, true, 'POST'],
    [303, true, 'GET'],
    [307, false, 'POST'],
    [308, true, 'POST']
  ] as const) {
    await using upstream = await startUpstream({ 'POST /a': to('/b', status), '*': { body: 'here' } })
    await clientFor(upstream.url).text('a', { json: { x: 1 }, idempotent })
    const [, second] = upstream.requests
    const sent = { method: second?.method, body: second?.body, type: second?.headers['content-type'] }
    assert.deepEqual(sent, { method, body: method === 'POST' ? '{"x":1}' : '', type: method === 'POST' ? 'application/json' : undefined })
  }
})
