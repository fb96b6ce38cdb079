import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { sourceOf } from '../../src/broker-kit/index.ts'
import { alerceLsst } from '../../src/brokers/alerce-lsst/index.ts'
import { failsWith, moduleAt } from '../helpers/module-run.ts'
import { startUpstream, type UpstreamRoutes } from '../helpers/upstream.ts'

const json = { 'content-type': 'application/json' }
const list = 'GET /object_api/list_objects'

/** Rows as ALeRCE writes them: ids of 18 digits are bare numbers. */
const rowsOf = (count: number, classifier = 'stamp_classifier_rubin_beta') =>
  Array.from({ length: count }, (_, index) => rowOf(`1705871167324${String(index).padStart(5, '0')}`, { classifier }))

const rowOf = (oid: string, { classifier = 'stamp_classifier_rubin_beta', className = 'VS', probability = 0.5 } = {}) =>
  `{"oid": ${oid}, "meanra": 9.5, "meandec": -42.5, "lastmjd": 61217.5, "n_det": 3, "class_name": "${className}", "classifier_name": "${classifier}", "probability": ${probability}}`

const pageOf = (rows: readonly string[], hasNext: unknown = false) =>
  `{"total": ${rows.length}, "next": null, "has_next": ${hasNext}, "items": [${rows.join(', ')}], "info_message": null}`

/** Answers pages as ALeRCE does, which looks one row ahead. */
function serving(rows: readonly string[]): { routes: UpstreamRoutes; sent: string[] } {
  const sent: string[] = []
  const routes: UpstreamRoutes = {
    [list]: (_, { searchParams }) => {
      const [page, size] = [Number(searchParams.get('page') ?? 1), Number(searchParams.get('page_size'))]
      const body = pageOf(rows.slice((page - 1) * size, page * size), page * size < rows.length)
      sent.push(body)
      return { body, headers: json }
    }
  }
  return { routes, sent }
}

describe('ALeRCE (LSST)', () => {
  test('reads pages until the server has looked ahead and seen nothing, and yields every object once', async () => {
    for (const [count, requests] of [
      [0, 1],
      [499, 1],
      [500, 1],
      [501, 2],
      [1000, 2]
    ] as const) {
      const { routes, sent } = serving(rowsOf(count))
      await using upstream = await startUpstream(routes)
      const { raws, alerts } = await moduleAt(alerceLsst, upstream.url).run()
      assert.equal(new Set(alerts.map(({ id }) => id)).size, count)
      assert.equal(upstream.requests.length, requests, `${count} objects`)
      for (const raw of raws) assert.ok(sent.some(body => body.includes(sourceOf(raw)?.text ?? '\0')))
    }
  })

  test('keeps ids of 18 digits exact, and takes 37 seconds off the time', async () => {
    await using upstream = await startUpstream(serving([rowOf('170587116732416143')]).routes)
    const { alerts } = await moduleAt(alerceLsst, upstream.url).run()
    assert.deepEqual([alerts[0]?.id, alerts[0]?.objectId, alerts[0]?.name], Array(3).fill('170587116732416143'))
    assert.equal(alerts[0]?.timestamp, '2026-06-26T11:59:23.000Z')
  })

  test('merges the rows of one object across the border of two pages, and continues from any checkpoint', async () => {
    const rows = rowsOf(700).flatMap(row => [row, row.replace('stamp_classifier_rubin_beta', 'lc_classifier')])
    await using upstream = await startUpstream(serving(rows.slice(1)).routes)
    const broker = moduleAt(alerceLsst, upstream.url)
    const { raws, alerts, checkpoints } = await broker.run()
    assert.deepEqual([alerts.length, raws.flat().length, checkpoints.length], [700, 1399, 2])
    const ids = alerts.map(({ id }) => id)
    for (const resumeFrom of checkpoints) {
      const [, last] = resumeFrom.split(' ')
      const rest = await broker.run({}, { resumeFrom })
      assert.deepEqual(
        rest.alerts.map(({ id }) => id),
        ids.slice(ids.indexOf(last ?? '') + 1)
      )
    }
  })

  test('takes a list that does not say whether it goes on, or never ends, for a bad response', async () => {
    for (const [body, says] of [
      [pageOf(rowsOf(2), null), /has_next/],
      ['{"items": []}', /has_next/],
      [pageOf([], true), /an empty page 1, and says that more follow/],
      [pageOf(rowsOf(2), true), /page 1 again as page 2/],
      ['{"detail": "An error occurred"}', /no array at \/items/]
    ] as const) {
      await using upstream = await startUpstream({ [list]: { body, headers: json } })
      await assert.rejects(moduleAt(alerceLsst, upstream.url).run(), failsWith('bad-response', says))
    }
  })

  test('refuses a class that the server has silently left out', async () => {
    const rows = [rowOf('170587116732416143', { className: 'AGN' })]
    await using upstream = await startUpstream(serving(rows).routes)
    const broker = moduleAt(alerceLsst, upstream.url)
    const parameters = { classifier: 'stamp_classifier_rubin_beta', className: 'Kilonova' }
    await assert.rejects(broker.run(parameters), failsWith('query-rejected', /stamp_classifier_rubin_beta has no class Kilonova/))
    assert.equal((await broker.run({ ...parameters, className: 'AGN' })).alerts.length, 1)
  })

  test('asks the cone at ra 0, dec 0 as it is, and only what is newer in TAI', async () => {
    await using upstream = await startUpstream(serving([]).routes)
    await moduleAt(alerceLsst, upstream.url).run({ cone: { ra: 0, dec: 0, radius: 30 } }, { newerThan: '2026-06-26T00:00:00.000Z' })
    const { searchParams } = new URL(upstream.requests[0]?.url ?? '', upstream.url)
    assert.deepEqual(
      ['ra', 'dec', 'radius'].map(name => searchParams.get(name)),
      ['0', '0', '30']
    )
    assert.ok(Math.abs(Number(searchParams.get('lastmjd')) - (61_217 + 37 / 86_400)) < 1e-9)
  })

  test('tells an unknown id from an outage, both of which ALeRCE answers with 500', async () => {
    const failure = { status: 500, body: { detail: 'An error occurred' } }
    const id = '170587116732416143'
    await using unknown = await startUpstream({ 'GET /object_api/object': failure, ...serving([]).routes })
    await assert.rejects(moduleAt(alerceLsst, unknown.url).fetchAlert(id), failsWith('not-found', /no LSST object 170587116732416143/))
    await using known = await startUpstream({ 'GET /object_api/object': failure, ...serving([rowOf(id)]).routes })
    await assert.rejects(moduleAt(alerceLsst, known.url).fetchAlert(id), failsWith('unreachable', /500/))
    await assert.rejects(moduleAt(alerceLsst, known.url).fetchAlert('ZTF20aaelulu'), failsWith('not-found', /its ids are numbers/))
  })

  test('says when there may be more forced measurements than ALeRCE answers', async () => {
    const forced = (index: number) => ({ measurement_id: `${index}`, mjd: 61217 + index, band: 1, psfFlux: 100, psfFluxErr: 10 })
    for (const count of [9, 10]) {
      const forced_photometry = Array.from({ length: count }, (_, index) => forced(index))
      const body = { detections: [], non_detections: [], forced_photometry }
      await using upstream = await startUpstream({ 'GET /lightcurve_api/lightcurve': { body } })
      const { points, feedback } = await moduleAt(alerceLsst, upstream.url).lightCurve('1')
      assert.equal(points.length, count)
      assert.equal(
        feedback.some(message => /there may be more/.test(message)),
        count === 10
      )
    }
  })

  const wrong: [says: RegExp, parameters: object][] = [
    [/^\/classifier is required with className/, { className: 'SN' }],
    [/^\/minDetections must not be greater/, { minDetections: 3, maxDetections: 2 }],
    [/^\/lastDetection\/after must be earlier/, { lastDetection: { after: '2026-01-01T00:00:00Z', before: '2026-01-01T00:00:00Z' } }],
    [/^\/objectId must be a string/, { objectId: 170587116732416 }],
    [/^\/objectId must be as in "170587116732416143" \(LSST object id/, { objectId: 'ZTF20aaelulu' }],
    [/^\/order\/by must be one of "oid"/, { order: { by: 'sigmara', direction: 'ascending' } }]
  ]
  for (const [says, parameters] of wrong) {
    test(`refuses ${JSON.stringify(parameters)}`, () => {
      assert.match(moduleAt(alerceLsst, 'http://127.0.0.1/').complaints(parameters).join('\n'), says)
    })
  }
})

const samples = new URL('../../../shared/samples/alerce/', import.meta.url)
const absent = existsSync(samples) ? false : `the recorded answers are not at ${fileURLToPath(samples)}`
const sample = (name: string) => readFileSync(new URL(name, samples), 'utf8').trim()
const id = '170587116732416143'

describe('ALeRCE (LSST), on recorded real answers', { skip: absent }, () => {
  test('reads the object in a list and alone', async () => {
    const object = sample('lsst_object.json')
    await using upstream = await startUpstream({
      'GET /object_api/object': { body: object, headers: json },
      ...serving([object]).routes
    })
    const broker = moduleAt(alerceLsst, upstream.url)
    const { raws, alerts } = await broker.run({ objectId: id })
    assert.equal(sourceOf(raws[0])?.text, object)
    const expected = {
      id,
      name: id,
      objectId: id,
      survey: 'LSST',
      timestamp: '2026-06-26T10:04:53.434Z',
      ra: 9.310540510229224,
      dec: -42.3746911041113,
      mag: null,
      score: null,
      url: `https://lsst.alerce.online/object/${id}?survey=lsst`,
      classifications: [],
      detections: 3
    }
    assert.deepEqual(alerts, [expected])
    const single = await broker.fetchAlert(id)
    assert.equal(sourceOf(single)?.text, object)
    assert.deepEqual(alerceLsst.toGenericAlert(Object(single), broker.broker), expected)
  })

  test('reads the light curve; all detections are fainter than their reference', async () => {
    const body = `{"detections": ${sample('lsst_detections.json')}, "non_detections": [], "forced_photometry": []}`
    await using upstream = await startUpstream({ 'GET /lightcurve_api/lightcurve': { body, headers: json } })
    const { points, feedback } = await moduleAt(alerceLsst, upstream.url).lightCurve(id)
    assert.deepEqual(feedback, [])
    assert.deepEqual(points.map(({ sourceId, band, mag, flux }) => ({ sourceId, band, mag, flux })).slice(0, 2), [
      { sourceId: '170587116732416143', band: 'i', mag: null, flux: -2615.273 },
      { sourceId: '170587117134545027', band: 'g', mag: null, flux: -2803.7178 }
    ])
    assert.equal(points.length, 3)
    assert.equal(points[0]?.timestamp, '2026-06-26T09:59:26.311Z')
  })
})
