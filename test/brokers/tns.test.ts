import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { inspect } from 'node:util'
import { isBrokerError, sourceOf } from '../../src/broker-kit/index.ts'
import { tns } from '../../src/brokers/tns/index.ts'
import { failsWith, moduleAt } from '../helpers/module-run.ts'
import { startUpstream, type Upstream, type UpstreamRequest, type UpstreamRoutes } from '../helpers/upstream.ts'

const apiKey = 'example-0123456789abcdef'
const variables = { BROKER_TNS_API_KEY: apiKey, BROKER_TNS_BOT_ID: '12345', BROKER_TNS_BOT_NAME: "Example 'Bot'" }
const tnsAt = ({ url }: Upstream) => moduleAt(tns, { url, variables })

const ok = (data: unknown) => ({ id_code: 200, id_message: 'OK', data })
const nameOf = (objid: number) => `2026a${String.fromCharCode(97 + (objid % 26))}${String.fromCharCode(97 + Math.floor(objid / 26))}`
const objectOf = (objid: number) => ({ objname: nameOf(objid), name_prefix: 'AT', objid, radeg: 0, decdeg: 0, discoverydate: '2026-06-01' })
const questionIn = ({ body }: UpstreamRequest) => JSON.parse(new URLSearchParams(body).get('data') ?? 'null')

/** Answers searches with these objects, newest first, and each of them. */
function serving(objids: readonly number[], onObject: () => Promise<void> = async () => {}): UpstreamRoutes {
  return {
    'POST /get/search': { body: ok(objids.toReversed().map(objid => ({ objname: nameOf(objid), prefix: 'AT', objid }))) },
    'POST /get/object': async request => {
      await onObject()
      return { body: ok(objectOf(Number(questionIn(request).objid))) }
    }
  }
}

describe('TNS', () => {
  test('says which bot asks, in the way that TNS wants it', async () => {
    await using upstream = await startUpstream(serving([]))
    await tnsAt(upstream).run({ internalName: 'ZTF26' })
    const [request = assert.fail()] = upstream.requests
    assert.equal(request.headers['user-agent'], `tns_marker{"tns_id":"12345","type":"bot","name":"Example 'Bot'"}`)
    assert.equal(request.headers['content-type'], 'application/x-www-form-urlencoded')
    assert.equal(new URLSearchParams(request.body).get('api_key'), apiKey)
    assert.ok(!request.url.includes(apiKey))
  })

  test('asks for many objects a few at a time, in the order of their registration, and goes on where it stopped', async () => {
    const objids = Array.from({ length: 60 }, (_, index) => 101 + index)
    let [underWay, most] = [0, 0]
    const onObject = async () => {
      most = Math.max(most, ++underWay)
      await new Promise(resolve => setTimeout(resolve, 2))
      underWay--
    }
    await using upstream = await startUpstream(serving(objids, onObject))
    const { alerts, checkpoints, feedback } = await tnsAt(upstream).run({ isClassified: false })
    assert.deepEqual(
      alerts.map(({ id }) => id),
      objids.map(nameOf)
    )
    assert.ok(most > 1 && most <= 4, `${most} at once`)
    assert.deepEqual(feedback, ['60 objects are asked for, one request each.'])
    assert.deepEqual(checkpoints, objids.map(String))
    // What was registered meanwhile comes behind what was read, and none is left out.
    await using later = await startUpstream(serving([...objids, 500, 501]))
    const rest = await tnsAt(later).run({ isClassified: false }, { resumeFrom: '158' })
    assert.deepEqual(
      rest.alerts.map(({ id }) => id),
      [159, 160, 500, 501].map(nameOf)
    )
  })

  test('sends coordinates that are short and never look left out', async () => {
    await using upstream = await startUpstream(serving([]))
    await tnsAt(upstream).run({ cone: { ra: 0, dec: -0, radius: 1 / 3 } })
    await tnsAt(upstream).run({ cone: { ra: 359.99999999, dec: 12.3456789012345, radius: 36_000 } })
    const asked = upstream.requests.map(questionIn).map(({ ra, dec, radius }) => [ra, dec, radius])
    assert.deepEqual(asked, [
      ['0.0000000', '0.0000000', '0.333'],
      ['0.0000000', '12.3456789', '36000.000']
    ])
  })

  test('asks for what is newer than both, the last run and the query', async () => {
    await using upstream = await startUpstream(serving([]))
    const [before, after] = ['2026-05-01T00:00:00Z', '2026-06-01T12:00:00.500Z']
    await tnsAt(upstream).run({ publicSince: before }, { newerThan: after })
    await tnsAt(upstream).run({ publicSince: after }, { newerThan: before })
    assert.deepEqual(
      upstream.requests.map(questionIn).map(({ public_timestamp }) => public_timestamp),
      ['2026-06-01 12:00:00', '2026-06-01 12:00:00']
    )
  })

  test('takes names with their prefix and without', async () => {
    await using upstream = await startUpstream({ 'POST /get/object': { body: ok(objectOf(101)) } })
    for (const name of ['2020ubb', 'AT2020ubb', 'AT 2020ubb', 'sn_2020ubb', 'SN-2020ubb']) await tnsAt(upstream).fetchAlert(name)
    assert.deepEqual([...new Set(upstream.requests.map(request => questionIn(request).objname))], ['2020ubb'])
    await tnsAt(upstream).fetchAlert('FRB20180725A')
    assert.equal(questionIn(upstream.requests.at(-1) ?? assert.fail()).objname, '20180725A')
  })

  const codes = [
    [400, 'query-rejected'],
    [401, 'unauthorized'],
    [403, 'unauthorized'],
    [404, 'not-found'],
    [429, 'rate-limited'],
    [500, 'unreachable'],
    [503, 'unreachable']
  ] as const
  for (const [code, kind] of codes) {
    test(`reads ${code} as ${kind}, as a status and inside an answer, and keeps the key to itself`, async () => {
      for (const status of [200, code]) {
        const headers = { 'x-rate-limit-limit': '20', 'x-rate-limit-remaining': 'Exceeded', 'x-rate-limit-reset': '33' }
        await using upstream = await startUpstream({ '*': { status, headers, body: { id_code: code, id_message: `No, ${apiKey}` } } })
        const thrown = await tnsAt(upstream)
          .run({ internalName: 'ZTF26' })
          .catch((error: unknown) => error)
        assert.ok(isBrokerError(thrown) && thrown.kind === kind, inspect(thrown))
        assert.ok(!inspect(thrown, { depth: 8 }).includes(apiKey))
        assert.match(thrown.message, /No, \*\*\*/)
      }
    })
  }

  test('tells that asking again may help when a web page comes with the status 200', async () => {
    const page = { body: '<!doctype html><h1>TNS is under maintenance</h1>', headers: { 'content-type': 'text/html; charset=UTF-8' } }
    await using upstream = await startUpstream({ '*': page })
    await assert.rejects(
      tnsAt(upstream).run({ internalName: 'ZTF26' }),
      error => failsWith('bad-response', /TNS is under maintenance/)(error) && isBrokerError(error) && error.retryable
    )
    await using odd = await startUpstream({ '*': { body: { id_code: 200, data: { hits: [] } } } })
    await assert.rejects(
      tnsAt(odd).run({ internalName: 'ZTF26' }),
      error => failsWith('bad-response', /something else than a list/)(error) && isBrokerError(error) && !error.retryable
    )
  })

  test('knows no object where TNS answers nothing in its place', async () => {
    for (const data of [[], null, {}, { reply: { objname: { 110: { message: 'No results found.' } } } }]) {
      await using upstream = await startUpstream({ '*': { body: ok(data) } })
      await assert.rejects(tnsAt(upstream).fetchAlert('2020ubb'), failsWith('not-found', /knows no object 2020ubb/))
      await assert.rejects(tnsAt(upstream).lightCurve('2020ubb'), failsWith('not-found', /knows no object 2020ubb/))
    }
  })

  test('makes aliases of all names of an object, so that it meets itself under each', async () => {
    const internal_names = 'ZTF26aaaaaaa, ATLAS26zzz,,LSST-P-DO-170587116732416143 '
    const object = { ...objectOf(101), name_prefix: 'SN', internal_names, redshift: '0.0125', hostname: '', object_type: { name: 'SN Ia' } }
    await using upstream = await startUpstream({ '*': { body: ok(object) } })
    const { raws, alerts } = await tnsAt(upstream).run({ objectId: object.objname })
    const target = tns.toTarget?.(Object(raws[0]), alerts[0] ?? assert.fail())
    assert.deepEqual(target, {
      name: `SN${object.objname}`,
      type: 'SIDEREAL',
      ra: 0,
      dec: 0,
      aliases: [object.objname, 'ZTF26aaaaaaa', 'ATLAS26zzz', 'LSST-P-DO-170587116732416143', '170587116732416143'],
      extras: { redshift: 0.0125, type: 'SN Ia' }
    })
  })

  const wrong: [says: RegExp, parameters: object][] = [
    [/^ must ask for something/, {}],
    [/^\/cone cannot stand beside objectId/, { objectId: '2020ubb', cone: { ra: 1, dec: 2, radius: 3 } }],
    [/^\/minMagnitude must not be greater/, { minMagnitude: 20, maxMagnitude: 15 }],
    [/^\/discovery\/after must be earlier/, { discovery: { after: '2020-01-02T00:00:00Z', before: '2020-01-01T00:00:00Z' } }],
    [/^\/publicSince /, { publicSince: 'yesterday' }],
    [/^\/objectId /, { objectId: 'Tatooine' }],
    [/^\/daysAgo is not known/, { daysAgo: 3 }]
  ]
  for (const [says, parameters] of wrong) {
    test(`refuses ${JSON.stringify(parameters)}`, () => {
      assert.match(moduleAt(tns, 'http://127.0.0.1:9/').complaints(parameters).join('\n'), says)
    })
  }
})

const samples = new URL('../../../shared/samples/tns/', import.meta.url)
const absent = existsSync(samples) ? false : `the recorded answers are not at ${fileURLToPath(samples)}`

describe('TNS, on a recorded real answer', { skip: absent }, () => {
  const object = absent ? '' : readFileSync(new URL('v1_object_subset.json', samples), 'utf8').trim()
  const json = { 'content-type': 'application/json' }

  test('reads the object in both shapes of answers', async () => {
    const older = `{"received_data": {"objname": "2020ubb"}, "reply": ${object}}`
    for (const data of [object, older]) {
      await using upstream = await startUpstream({ '*': { body: `{"id_code": 200, "id_message": "OK", "data": ${data}}`, headers: json } })
      const { raws, alerts } = await tnsAt(upstream).run({ objectId: '2020ubb' })
      assert.equal(sourceOf(raws[0])?.text, data)
      assert.deepEqual(alerts, [
        {
          id: '2020ubb',
          name: 'AT2020ubb',
          objectId: '2020ubb',
          survey: 'ZTF',
          timestamp: '2020-09-23T08:28:24.004Z',
          ra: null,
          dec: null,
          mag: 19.1521,
          band: 'r',
          score: 0,
          url: 'https://www.wis-tns.org/object/2020ubb',
          classifications: []
        }
      ])
      const target = tns.toTarget?.(Object(raws[0]), alerts[0] ?? assert.fail())
      assert.deepEqual(
        [target?.aliases, target?.extras],
        [['2020ubb', 'ZTF20acddzrd'], { hostRedshift: 0.301422, hostName: 'WISEA J000204.63+002140.7' }]
      )
    }
  })
})
