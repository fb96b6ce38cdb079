import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { createContext } from '../../src/broker-kit/context.ts'
import { type GenericAlert, isBrokerError, type PhotometryPoint, sourceOf } from '../../src/broker-kit/index.ts'
import { createRegistry } from '../../src/broker-kit/registry.ts'
import { alerceZtf } from '../../src/brokers/alerce-ztf/index.ts'
import { startUpstream, type Upstream, type UpstreamRoutes } from '../helpers/upstream.ts'

interface Row {
  oid: string
  meanra: number
  meandec: number
  lastmjd: number
  ndet?: number
  class?: string | null
  classifier?: string | null
  probability?: number | null
}

const rowsOf = (count: number): Row[] =>
  Array.from({ length: count }, (_, index) => ({
    oid: `ZTF20${String(index).padStart(7, 'a')}`,
    meanra: index % 360,
    meandec: 0,
    lastmjd: 59_000 + index
  }))

const envelope = (items: unknown[]) => ({ total: null, next: null, has_next: false, prev: null, has_prev: false, items })

/** Answers pages as ALeRCE does; keeps what it sent. */
function serving(rows: readonly Row[]) {
  const sent: string[] = []
  const routes: UpstreamRoutes = {
    'GET /objects/': (_, { searchParams }) => {
      const [page, size] = [Number(searchParams.get('page')), Number(searchParams.get('page_size'))]
      const body = JSON.stringify(envelope(rows.slice((page - 1) * size, page * size)), null, 1)
      sent.push(body)
      return { body, headers: { 'content-type': 'application/json' } }
    }
  }
  return { routes, sent }
}

function contextFor(upstream: Upstream, notes: { checkpoints?: string[]; resumeFrom?: string; newerThan?: string } = {}) {
  const variables = { BROKER_ALERCE_ZTF_BASE_URL: upstream.url }
  const broker = createRegistry({ modules: [alerceZtf], enabled: null, variables }).registry.get('alerce-ztf')
  assert.ok(broker)
  const context = createContext({
    broker,
    signal: new AbortController().signal,
    log: { debug() {}, info() {}, warn() {} },
    checkpoint: token => notes.checkpoints?.push(token),
    resumeFrom: notes.resumeFrom ?? null,
    newerThan: notes.newerThan ?? null,
    limits: { retries: 0 }
  })
  return { broker, context }
}

interface Run {
  parameters?: object
  checkpoints?: string[]
  resumeFrom?: string
}

async function run(upstream: Upstream, { parameters = {}, ...notes }: Run = {}): Promise<{ raws: unknown[]; alerts: GenericAlert[] }> {
  const { broker, context } = contextFor(upstream, notes)
  assert.deepEqual(broker.parameterComplaints(parameters), [])
  const raws = await Array.fromAsync(broker.module.fetchAlerts({ ...parameters }, context))
  const alerts = raws.map(raw => {
    assert.deepEqual(broker.alertComplaints(raw), [])
    return broker.module.toGenericAlert(raw, { baseUrl: broker.baseUrl })
  })
  return { raws, alerts }
}

describe('ALeRCE (ZTF)', () => {
  test('reads pages of 100 until a short one, and yields every object once', async () => {
    const rows = rowsOf(250)
    const { routes, sent } = serving(rows)
    await using upstream = await startUpstream(routes)
    const { raws, alerts } = await run(upstream)
    assert.deepEqual(
      alerts.map(({ id }) => id),
      rows.map(({ oid }) => oid)
    )
    assert.deepEqual(
      upstream.requests.map(({ url }) => url),
      [1, 2, 3].map(page => `/objects/?order_by=oid&order_mode=ASC&count=false&page=${page}&page_size=100`)
    )
    for (const [index, raw] of raws.entries()) {
      const text = sourceOf(raw)?.text ?? ''
      assert.ok(text.startsWith('{') && sent[Math.floor(index / 100)]?.includes(text), `alert ${index} is not a slice of its page`)
    }
  })

  test('asks once more when the last page is full', async () => {
    await using upstream = await startUpstream(serving(rowsOf(200)).routes)
    assert.equal((await run(upstream)).alerts.length, 200)
    assert.equal(upstream.requests.length, 3)
  })

  test('merges the rows of one object, across the border of two pages too, and loses none', async () => {
    const rows = rowsOf(150).flatMap((row, index) =>
      index % 7 === 0
        ? [
            { ...row, class: 'AGN', classifier: 'stamp_classifier', probability: 0.25 },
            { ...row, class: 'QSO', classifier: 'lc_classifier', probability: 0.75 },
            { ...row, class: 'Blazar', classifier: 'lc_classifier_top', probability: null }
          ]
        : [row]
    )
    assert.equal(rows[99]?.oid, rows[100]?.oid, 'one object stands at the border')
    const { routes, sent } = serving(rows)
    await using upstream = await startUpstream(routes)
    const { raws, alerts } = await run(upstream)
    assert.equal(alerts.length, 150)
    assert.equal(raws.flat().length, rows.length)
    const { classifications, score } = alerts[0] ?? assert.fail()
    assert.equal(score, 0.75)
    assert.deepEqual(
      classifications?.map(({ label, probability }) => [label, probability]),
      [
        ['QSO', 0.75],
        ['AGN', 0.25],
        ['Blazar', null]
      ]
    )
    const pieces = raws.flatMap(raw => (Array.isArray(raw) ? raw.map(row => sourceOf(row)?.text ?? '') : [sourceOf(raw)?.text ?? '']))
    assert.ok(pieces.every(piece => sent.some(body => body.includes(piece))))
    const joined = raws.find(Array.isArray)
    assert.equal(sourceOf(joined)?.text, `[${joined?.map(row => sourceOf(row)?.text).join(',')}]`)
  })

  test('continues from any checkpoint without loss or repeat, also when a checkpoint stands within an object', async () => {
    const rows = rowsOf(230)
      .flatMap(row => [row, { ...row, classifier: 'lc_classifier' }])
      .slice(1)
    await using upstream = await startUpstream(serving(rows).routes)
    const checkpoints: string[] = []
    const whole = (await run(upstream, { checkpoints })).alerts.map(({ id }) => id)
    assert.equal(checkpoints.length, 4)
    for (const resumeFrom of checkpoints) {
      const rest = (await run(upstream, { resumeFrom })).alerts.map(({ id }) => id)
      const [, last] = resumeFrom.split(' ')
      assert.deepEqual(rest, whole.slice(whole.indexOf(last ?? '') + 1), resumeFrom)
    }
  })

  test('yields the whole page again when the last object has moved away', async () => {
    await using upstream = await startUpstream(serving(rowsOf(150)).routes)
    const { alerts } = await run(upstream, { resumeFrom: '2 ZTF17gone' })
    assert.deepEqual([alerts.length, alerts[0]?.id], [50, rowsOf(101)[100]?.oid])
  })

  test('stops when a page comes again, as from a server that ignores the page', async () => {
    await using upstream = await startUpstream({ 'GET /objects/': { body: envelope(rowsOf(100)) } })
    await assert.rejects(
      run(upstream),
      error => isBrokerError(error) && error.kind === 'bad-response' && /page 1 again as page 2/.test(error.message)
    )
    assert.equal(upstream.requests.length, 2)
  })

  test('asks for a cone at ra 0 and dec 0 beside the zeros that ALeRCE takes as no cone', async () => {
    await using upstream = await startUpstream(serving([]).routes)
    await run(upstream, { parameters: { cone: { ra: 0, dec: 0, radius: 30 } } })
    await run(upstream, { parameters: { cone: { ra: 359.5, dec: -0, radius: 1.5 } } })
    const [both, one] = upstream.requests.map(({ url }) => new URL(url, 'http://x').searchParams)
    assert.deepEqual([both?.get('ra'), both?.get('dec'), both?.get('radius')], ['0.000001', '0.000001', '30'])
    assert.deepEqual([one?.get('ra'), one?.get('dec'), one?.get('radius')], ['359.5', '0.000001', '1.5'])
  })

  test('asks only for what is newer, when it is told to', async () => {
    await using upstream = await startUpstream(serving([]).routes)
    const { broker, context } = contextFor(upstream, { newerThan: '2020-05-31T12:00:00.000Z' })
    await Array.fromAsync(broker.module.fetchAlerts({}, context))
    assert.equal(new URL(upstream.requests[0]?.url ?? '', 'http://x').searchParams.get('lastmjd'), '59000.5')
  })

  test('keeps ids of 18 and 19 digits in light curves', async () => {
    const body =
      '{"detections":[{"candid":3470490460915015042,"mjd":59002,"fid":1,"magpsf":19.5,"sigmapsf":0.1},{"candid":"534377870115010099","mjd":59001,"fid":2,"magpsf":19,"sigmapsf":0.1}],"non_detections":[]}'
    await using upstream = await startUpstream({
      'GET /objects/ZTF20aaaaaaa/lightcurve': { body, headers: { 'content-type': 'application/json' } }
    })
    const points = await lightCurve(upstream, 'ZTF20aaaaaaa')
    assert.deepEqual(
      points.map(({ sourceId }) => sourceId),
      ['534377870115010099', '3470490460915015042']
    )
  })

  const wrong: [says: RegExp, parameters: object][] = [
    [/^\/objectId must be a single id/, { objectId: ['ZTF20*', 'ZTF20aaaaaaa'] }],
    [/^\/minDetections must not be greater/, { minDetections: 3, maxDetections: 2 }],
    [/^\/firstDetection\/after must be earlier/, { firstDetection: { after: '2020-01-02T00:00:00Z', before: '2020-01-01T00:00:00Z' } }],
    [/^\/lastDetection\/after must be earlier/, { lastDetection: { after: '2020-01-01T00:00:00Z', before: '2020-01-01T00:00:00Z' } }],
    [/^\/lastDetection must have at least 1 member/, { lastDetection: {} }],
    [/^\/firstDetection\/after /, { firstDetection: { after: '2020-02-30T00:00:00Z' } }],
    [/^\/order\/by must be one of "oid"/, { order: { by: 'mag', direction: 'ascending' } }],
    [/^\/objectId /, { objectId: "x' or 1=1" }],
    [/^\/oid is not known; known are objectId, cone/, { oid: 'ZTF20aaaaaaa' }]
  ]
  for (const [says, parameters] of wrong) {
    test(`refuses ${JSON.stringify(parameters)}`, async () => {
      await using upstream = await startUpstream({})
      const complaints = contextFor(upstream).broker.parameterComplaints(parameters)
      assert.match(complaints.map(({ pointer, message }) => `${pointer} ${message}`).join('\n'), says)
    })
  }
})

const samples = new URL('../../../shared/samples/alerce/', import.meta.url)
const absent = existsSync(samples) ? false : `the recorded answers are not at ${fileURLToPath(samples)}`
const sample = (name: string) => readFileSync(new URL(name, samples), 'utf8')
const json = { 'content-type': 'application/json' }

describe('ALeRCE (ZTF), on recorded real answers', { skip: absent }, () => {
  test('reads the object in a list and alone', async () => {
    const object = sample('ztf_object.json').trim()
    const list = `{"total": null, "next": null, "has_next": false, "prev": null, "has_prev": false, "items": [${object}]}`
    await using upstream = await startUpstream({
      'GET /objects/': { body: list, headers: json },
      'GET /objects/ZTF18abcgqmz': { body: object, headers: json }
    })
    const { raws, alerts } = await run(upstream, { parameters: { objectId: 'ZTF18abcgqmz' } })
    assert.equal(sourceOf(raws[0])?.text, object)
    const expected = {
      id: 'ZTF18abcgqmz',
      name: 'ZTF18abcgqmz',
      objectId: 'ZTF18abcgqmz',
      survey: 'ZTF',
      timestamp: '2018-08-17T04:35:33.003Z',
      ra: 279.90476624999997,
      dec: -4.8708879,
      mag: null,
      score: null,
      url: 'https://alerce.online/object/ZTF18abcgqmz',
      classifications: [],
      detections: 2
    }
    assert.deepEqual(alerts, [expected])
    const { broker, context } = contextFor(upstream)
    const single = await broker.module.fetchAlert?.('ZTF18abcgqmz', context)
    assert.equal(sourceOf(single)?.text, object)
    assert.deepEqual(broker.module.toGenericAlert(single, broker), expected)
    await assert.rejects(
      async () => broker.module.fetchAlert?.('ZTF18abcgqmy', context),
      error => isBrokerError(error) && error.kind === 'not-found'
    )
  })

  test('reads the light curve; both detections are fainter than their reference', async () => {
    const body = `{"detections": ${sample('ztf_lightcurve.json').trim()}, "non_detections": []}`
    await using upstream = await startUpstream({ 'GET /objects/ZTF18abcgqmz/lightcurve': { body, headers: json } })
    const points = await lightCurve(upstream, 'ZTF18abcgqmz')
    assert.deepEqual(
      points.map(({ sourceId, band, mag, kind }) => ({ sourceId, band, mag, kind })),
      ['534377870115010099', '593191350115010084'].map(sourceId => ({ sourceId, band: 'g', mag: null, kind: 'detection' }))
    )
    assert.ok(Math.abs((points[0]?.flux ?? 0) + 10 ** ((31.4 - 18.770634) / 2.5)) < 1e-6)
  })
})

async function lightCurve(upstream: Upstream, objectId: string): Promise<PhotometryPoint[]> {
  const { broker, context } = contextFor(upstream)
  return Array.fromAsync(broker.module.fetchPhotometry?.(objectId, context) ?? [])
}
