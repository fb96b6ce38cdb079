import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { sourceOf } from '../../src/broker-kit/index.ts'
import { lasairLsst } from '../../src/brokers/lasair-lsst/index.ts'
import { failsWith, moduleAt } from '../helpers/module-run.ts'
import { startUpstream, type Upstream } from '../helpers/upstream.ts'

const lasairAt = ({ url }: Upstream) => moduleAt(lasairLsst, { url, variables: { BROKER_LASAIR_LSST_API_TOKEN: 'example-0123456789' } })
const json = { 'content-type': 'application/json' }
const id = '313637921267122191'
const source = (changes: string) =>
  `{"diaSourceId": 313673107864813598, "midpointMjdTai": 61200.5, "band": "i", "psfFlux": 100.0, "psfFluxErr": 10.0${changes}}`
const objectWith = (sources: readonly string[], more = '') =>
  `{"diaObjectId": ${id}, "diaObject": {"ra": 9.5, "decl": -44.25, "firstDiaSourceMjdTai": NaN, "lastDiaSourceMjdTai": 61150.25}, "diaSourcesList": [${sources.join(', ')}]${more}}`

describe('Lasair (LSST)', () => {
  test('keeps ids of 18 digits exact, takes 37 seconds off the time, and reads NaN as unknown', async () => {
    const text = objectWith([source(', "reliability": NaN')])
    await using upstream = await startUpstream({ 'GET /object/': { body: text, headers: json } })
    const { raws, alerts } = await lasairAt(upstream).run({ objectId: id })
    assert.equal(sourceOf(raws[0])?.text, text)
    const { id: alertId, name, timestamp, score, mag } = alerts[0] ?? assert.fail()
    assert.deepEqual([alertId, name, timestamp, score, mag], [id, id, '2026-06-09T11:59:23.000Z', null, 26.4])
  })

  test('gives a negative flux no magnitude, and an unknown one nothing', async () => {
    for (const [flux, mag] of [
      ['-2615.5', null],
      ['0', null],
      ['NaN', null],
      ['1', 31.4]
    ] as const) {
      const text = objectWith([source('').replace('100.0', flux)])
      await using upstream = await startUpstream({ 'GET /object/': { body: text, headers: json } })
      const { alerts } = await lasairAt(upstream).run({ objectId: id })
      assert.deepEqual([alerts[0]?.mag, alerts[0]?.band], [mag, mag === null ? null : 'i'], flux)
      const { points } = await lasairAt(upstream).lightCurve(id)
      assert.deepEqual([points[0]?.flux, points[0]?.mag], [flux === 'NaN' ? null : Number(flux), mag])
    }
  })

  test('asks for the time of a query in TAI', async () => {
    await using upstream = await startUpstream({ 'POST /query/': { body: [] } })
    await lasairAt(upstream).run({ lastDetection: { before: '2026-06-09T12:00:00Z' } }, { newerThan: '2026-06-01T12:00:00.000Z' })
    const conditions = new URLSearchParams(upstream.requests[0]?.body).get('conditions') ?? ''
    const [after = 0, before = 0] = [...conditions.matchAll(/[<>]= ([\d.]+)/g)].map(([, day]) => Number(day))
    assert.ok(Math.abs(after - (61_192.5 + 37 / 86_400)) < 1e-9 && Math.abs(before - (61_200.5 + 37 / 86_400)) < 1e-9, conditions)
  })

  test('takes an object without what Lasair adds, where Lasair stumbles over images that are gone', async () => {
    await using upstream = await startUpstream({
      'GET /object/': (_, { searchParams }) =>
        searchParams.get('lasair_added') === 'true'
          ? { status: 400, body: { error: "'image_urls'" } }
          : { body: objectWith([source(', "reliability": 0.75')]), headers: json }
    })
    const { alerts } = await lasairAt(upstream).run({ objectId: id })
    const { ra, dec, score, detections, classifications } = alerts[0] ?? assert.fail()
    assert.deepEqual([ra, dec, score, detections, classifications], [9.5, -44.25, 0.75, 1, []])
    assert.deepEqual(
      upstream.requests.map(({ url }) => url),
      [`/object/?objectId=${id}&lite=true&lasair_added=true`, `/object/?objectId=${id}&lite=false&lasair_added=false`]
    )
  })

  test('takes no other refusal for that', async () => {
    await using upstream = await startUpstream({ 'GET /object/': { status: 400, body: { error: 'no such column' } } })
    await assert.rejects(lasairAt(upstream).fetchAlert(id), failsWith('query-rejected', /no such column/))
    assert.equal(upstream.requests.length, 1)
  })

  test('puts nothing but digits into SQL or an address', async () => {
    await using upstream = await startUpstream({})
    for (const wrong of ['1 OR 1=1', '', '0', '-1', '1e5', 'ZTF20aaaaaaa', '12345678901234567890']) {
      await assert.rejects(lasairAt(upstream).fetchAlert(wrong), failsWith('not-found', /knows no object/))
      await assert.rejects(lasairAt(upstream).lightCurve(wrong), failsWith('not-found', /knows no object/))
      assert.ok(lasairAt(upstream).complaints({ objectId: wrong }).length > 0)
    }
    assert.deepEqual(upstream.requests, [])
  })

  test('has no light curve for an object without measurements', async () => {
    const body = { diaObjectId: id, diaObject: null, diaSourcesList: [], diaForcedSourcesList: [] }
    await using upstream = await startUpstream({ 'GET /object/': { body } })
    await assert.rejects(lasairAt(upstream).lightCurve(id), failsWith('not-found', /knows no object/))
  })
})

const samples = new URL('../../../shared/samples/lasair/', import.meta.url)
const absent = existsSync(samples) ? false : `the recorded answers are not at ${fileURLToPath(samples)}`
const sample = (name: string) => readFileSync(new URL(name, samples), 'utf8').trim()

describe('Lasair (LSST), on recorded real answers', { skip: absent }, () => {
  const rows = async (texts: readonly string[]) => {
    await using upstream = await startUpstream({ 'POST /query/': { body: `[${texts.join(', ')}]`, headers: json } })
    const { raws, alerts } = await lasairAt(upstream).run()
    assert.deepEqual(
      raws.map(raw => sourceOf(raw)?.text),
      texts
    )
    return alerts
  }

  test('reads an object of the table, with NaN in it', async () => {
    const [alert] = await rows([sample('lsst_filter_object.json')])
    assert.deepEqual(alert, {
      id,
      name: id,
      objectId: id,
      survey: 'LSST',
      url: `https://lasair.lsst.ac.uk/objects/${id}/`,
      timestamp: '2025-11-04T04:57:15.226Z',
      ra: 9.057050050707765,
      dec: -44.117973609689805,
      mag: 31.4 - 2.5 * Math.log10(24_162.1953125),
      band: 'i',
      magError: null,
      score: 0.9944129586219788,
      classifications: [],
      detections: 8
    })
  })

  test('reads what a filter selects, each with the class that it selected', async () => {
    const texts = sample('lsst_kafka_messages.ndjson').split('\n')
    const alerts = await rows(texts)
    assert.deepEqual(
      alerts.map(({ id }) => id),
      texts.map(text => /"diaObjectId": (\d{18})/.exec(text)?.[1])
    )
    assert.deepEqual(alerts[0]?.classifications, [{ label: 'SN', probability: null, classifier: null }])
  })

  test('reads what Sherlock and the Transient Name Server say of a whole object', async () => {
    const pieces = sample('lsst_object_pieces.json')
    const between = (name: string, next: string) =>
      pieces.slice(pieces.indexOf(`"${name}": {`) + name.length + 4, pieces.lastIndexOf(next)).trim()
    const sherlock = between('sherlock', ',\n "imageUrls"')
    const name = between('TNS', '\n}')
    const text = objectWith(
      [source(', "reliability": 1.0')],
      `, "lasairData": {"nDiaSources": 657, "sherlock": ${sherlock}, "TNS": ${name}}`
    )
    await using upstream = await startUpstream({ 'GET /object/': { body: text, headers: json } })
    const { raws, alerts } = await lasairAt(upstream).run({ objectId: id })
    const alert = alerts[0] ?? assert.fail()
    assert.deepEqual(alert.classifications, [{ label: 'SN', probability: null, classifier: 'Sherlock' }])
    assert.equal(alert.detections, 657)
    const target = lasairLsst.toTarget?.(Object(raws[0]), alert)
    assert.deepEqual([target?.aliases, target?.extras], [['AT2025agpz'], { sherlockClassification: 'SN' }])
  })
})
