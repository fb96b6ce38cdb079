import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { compileCheck, sourceOf } from '../../src/broker-kit/index.ts'
import { antares } from '../../src/brokers/antares/index.ts'
import { AntaresLocus } from '../../src/brokers/antares/locus.ts'
import { failsWith, moduleAt } from '../helpers/module-run.ts'
import { startUpstream, type UpstreamRoutes } from '../helpers/upstream.ts'

const isLocus = compileCheck(AntaresLocus)

const locusOf = (index: number, properties: object = {}) => ({
  type: 'locus_listing',
  id: `ANT2026a${index}`,
  attributes: {
    ra: 10.5,
    dec: -42.5,
    tags: ['in_m31'],
    properties: {
      num_mag_values: 3,
      newest_alert_id: 'ztf_candidate:3470490460915015042',
      newest_alert_magnitude: 18.5,
      newest_alert_observation_time: 61224.5,
      ztf_object_id: `ZTF26a${index}`,
      ...properties
    }
  }
})

const answerOf = (data: unknown, next?: unknown) => ({
  data,
  links: { self: 'http://api.antares.noirlab.edu/v1/loci', ...(next !== undefined && { next }) }
})

/** Serves pages of two loci; each links to the next one as `link` says. */
function serving(count: number, link: (path: string, host: string) => unknown): UpstreamRoutes {
  return {
    'GET /loci': ({ headers }, { searchParams }) => {
      const offset = Number(searchParams.get('page[offset]') ?? 0)
      const loci = Array.from({ length: count }, (_, index) => locusOf(index)).slice(offset, offset + 2)
      const isLast = offset + 2 >= count
      return { body: answerOf(loci, isLast ? undefined : link(`/loci?page%5Boffset%5D=${offset + 2}`, headers.host ?? '')) }
    }
  }
}

describe('ANTARES', () => {
  for (const [title, link] of [
    ['with the scheme of another server', (path: string, host: string) => `http://${host}${path}`],
    ['without scheme and host', (path: string) => path],
    ['with https, which its proxy speaks', (path: string, host: string) => `https://${host}${path}`]
  ] as const) {
    test(`follows links ${title}, and continues from any checkpoint`, async () => {
      await using upstream = await startUpstream(serving(7, link))
      const broker = moduleAt(antares, upstream.url)
      const { alerts, checkpoints } = await broker.run()
      assert.equal(alerts.length, 7)
      assert.deepEqual(
        checkpoints,
        [2, 4, 6].map(offset => `/loci?page%5Boffset%5D=${offset}`)
      )
      for (const [index, resumeFrom] of checkpoints.entries()) {
        assert.equal((await broker.run({}, { resumeFrom })).alerts.length, 7 - 2 * (index + 1))
      }
    })
  }

  for (const link of [
    'http://evil.example/loci?page=2',
    '//evil.example/loci',
    'https://127.0.0.1.evil.example/loci',
    'http://127.0.0.1:1/loci',
    'file:///etc/passwd',
    'http://['
  ]) {
    test(`does not follow a link to ${link}`, async () => {
      await using upstream = await startUpstream(serving(7, () => link))
      await assert.rejects(moduleAt(antares, upstream.url).run(), failsWith('bad-response', /links to a page that is not on 127\.0\.0\.1/))
      await assert.rejects(moduleAt(antares, upstream.url).run({}, { resumeFrom: link }), failsWith('bad-response', /not on/))
      assert.equal(upstream.requests.length, 1)
    })
  }

  test('follows no circle', async () => {
    const circles: [says: RegExp, routes: UpstreamRoutes][] = [
      [/in a circle/, serving(7, () => '/loci?page%5Boffset%5D=2')],
      [/in a circle/, { 'GET /loci': ({ url }) => ({ body: answerOf([locusOf(1)], `/loci?again=${url.length}`) }) }],
      [/empty page/, { 'GET /loci': ({ url }) => ({ body: answerOf([], `/loci?again=${url.length}`) }) }]
    ]
    for (const [says, routes] of circles) {
      await using upstream = await startUpstream(routes)
      await assert.rejects(moduleAt(antares, upstream.url).run(), failsWith('bad-response', says))
      assert.ok(upstream.requests.length <= 3)
    }
  })

  test('takes an answer that does not say whether it goes on for a bad response', async () => {
    for (const body of [{ data: [locusOf(1)] }, { data: [], links: null }, { data: [], links: { next: { href: '/loci' } } }]) {
      await using upstream = await startUpstream({ 'GET /loci': { body } })
      await assert.rejects(moduleAt(antares, upstream.url).run(), failsWith('bad-response', /links\.next/))
    }
  })

  test('asks for cones on both hemispheres and at 0 without an exponent', async () => {
    await using upstream = await startUpstream({ 'GET /loci': { body: answerOf([]) } })
    for (const [cone, center, distance] of [
      [{ ra: 0, dec: 0, radius: 3600 }, '0 0', '1 degree'],
      [{ ra: 359.999, dec: -89.5, radius: 36 }, '359.999 -89.5', '0.01 degree'],
      [{ ra: 1e-7, dec: -1e-7, radius: 0.001 }, '0.0000001 -0.0000001', '0.000000278 degree']
    ] as const) {
      await moduleAt(antares, upstream.url).run({ cone })
      const { searchParams } = new URL(upstream.requests.at(-1)?.url ?? '', upstream.url)
      const query = { query: { bool: { filter: [{ sky_distance: { distance, htm16: { center } } }] } } }
      assert.deepEqual(JSON.parse(searchParams.get('elasticsearch_query[locus_listing]') ?? ''), query)
    }
  })

  test('reads the time of a locus in the scale of its newest alert', async () => {
    const lsst = { ztf_object_id: null, survey: { lsst: { dia_object_id: ['170595943059554358'] } }, newest_alert_magnitude: null }
    const loci = [
      locusOf(1),
      locusOf(2, { newest_alert_id: 'lsst:170595943059554358' }),
      locusOf(3, { ...lsst, newest_alert_id: undefined })
    ]
    await using upstream = await startUpstream({ 'GET /loci': { body: answerOf(loci) } })
    const { alerts } = await moduleAt(antares, upstream.url).run()
    assert.deepEqual(
      alerts.map(({ name, survey, timestamp, mag }) => ({ name, survey, timestamp, mag })),
      [
        { name: 'ZTF26a1', survey: 'ZTF', timestamp: '2026-07-03T12:00:00.000Z', mag: 18.5 },
        { name: 'ZTF26a2', survey: 'LSST', timestamp: '2026-07-03T11:59:23.000Z', mag: 18.5 },
        { name: '170595943059554358', survey: 'LSST', timestamp: '2026-07-03T11:59:23.000Z', mag: null }
      ]
    )
  })

  test('makes a target of all names of a locus', () => {
    const locus = locusOf(1, { survey: { ztf: { id: ['ZTF26a1', 'ZTF18b'] }, lsst: { dia_object_id: ['170595943059554358'] } } })
    assert.ok(isLocus(locus))
    const generic = antares.toGenericAlert(locus, { baseUrl: antares.baseUrl })
    assert.deepEqual(antares.toTarget?.(locus, generic), {
      name: 'ZTF26a1',
      type: 'SIDEREAL',
      ra: 10.5,
      dec: -42.5,
      aliases: ['ZTF18b', '170595943059554358', 'ANT2026a1'],
      extras: { antares_tags: 'in_m31' }
    })
  })

  const wrong: [says: RegExp, parameters: object][] = [
    [/^\/objectId is the id of one locus, and stands alone/, { objectId: 'ANT2020j7wo4', minDetections: 3 }],
    [/^\/minDetections must not be greater/, { minDetections: 3, maxDetections: 2 }],
    [/^\/minMagnitude must not be greater/, { minMagnitude: 19, maxMagnitude: 18 }],
    [/^\/lastDetection\/after must be earlier/, { lastDetection: { after: '2026-01-02T00:00:00Z', before: '2026-01-01T00:00:00Z' } }],
    [/^\/tags must NOT have fewer/, { tags: [] }],
    [/^\/objectId must be as in "/, { objectId: '../alerts' }]
  ]
  for (const [says, parameters] of wrong) {
    test(`refuses ${JSON.stringify(parameters)}`, () => {
      assert.match(moduleAt(antares, 'http://127.0.0.1/').complaints(parameters).join('\n'), says)
    })
  }
})

const samples = new URL('../../../shared/samples/antares/', import.meta.url)
const absent = existsSync(samples) ? false : `the recorded answers are not at ${fileURLToPath(samples)}`
const sample = (name: string) => readFileSync(new URL(name, samples), 'utf8').trim()
const json = { 'content-type': 'application/json' }

describe('ANTARES, on recorded real answers', { skip: absent }, () => {
  test('reads a search', async () => {
    const body = sample('loci_search.json')
    await using upstream = await startUpstream({ 'GET /loci': { body, headers: json } })
    const { raws, alerts } = await moduleAt(antares, upstream.url).run({ objectId: 'ZTF26abeuijw' })
    assert.ok(raws.every(raw => body.includes(sourceOf(raw)?.text ?? '\0')))
    assert.deepEqual(alerts, [
      {
        id: 'ANT2026b78o35eau2gs',
        name: 'ZTF26abeuijw',
        objectId: 'ANT2026b78o35eau2gs',
        survey: 'ZTF',
        timestamp: '2026-07-03T11:46:16.003Z',
        ra: 59.725723300000006,
        dec: 23.761943400000007,
        mag: 15.428149223327637,
        score: null,
        url: 'https://antares.noirlab.edu/loci/ANT2026b78o35eau2gs',
        classifications: [],
        detections: 1
      }
    ])
  })

  test('reads the light curve of a locus of ZTF', async () => {
    await using upstream = await startUpstream({
      'GET /loci/ANT2026b78o35eau2gs/alerts': { body: sample('locus_alerts.json'), headers: json }
    })
    const { points, feedback } = await moduleAt(antares, upstream.url).lightCurve('ANT2026b78o35eau2gs')
    assert.deepEqual(feedback, [])
    assert.deepEqual(
      points.map(({ sourceId, kind, band, mag }) => ({ sourceId, kind, band, mag })),
      [
        { sourceId: null, kind: 'limit', band: 'r', mag: 18.741300582885742 },
        { sourceId: null, kind: 'limit', band: 'r', mag: 18.525100708007812 },
        { sourceId: '3470490460915015042', kind: 'detection', band: 'r', mag: 15.428149223327637 }
      ]
    )
  })

  test('reads a locus of LSST and its light curve, put together from what was kept of them', async () => {
    const { locus_id: id, ra, dec, properties, alerts } = JSON.parse(sample('lsst_locus.json'))
    const locus = `{"type": "locus_listing", "id": "${id}", "attributes": {"ra": ${ra}, "dec": ${dec}, "properties": ${JSON.stringify(properties)}}}`
    const measurements = alerts.map((measured: object, index: number) => ({
      id: `lsst:${index + 1}`,
      attributes: { properties: measured }
    }))
    await using upstream = await startUpstream({
      'GET /loci': { body: `{"data": [${locus}], "links": {}}`, headers: json },
      [`GET /loci/${id}/alerts`]: { body: answerOf(measurements) }
    })
    const broker = moduleAt(antares, upstream.url)
    const { raws, alerts: generic } = await broker.run({ objectId: '170595943059554358' })
    assert.equal(sourceOf(raws[0])?.text, locus)
    assert.deepEqual(
      generic.map(({ name, survey, timestamp, mag }) => [name, survey, timestamp, mag]),
      [['170595943059554358', 'LSST', null, null]]
    )
    const { points } = await broker.lightCurve(id)
    assert.deepEqual(
      points.map(({ sourceId, band, flux, timestamp }) => [sourceId, band, flux, timestamp]),
      [
        ['1', 'i', 76925.4375, '2026-06-28T09:53:30.862Z'],
        ['2', 'i', 78216.8515625, '2026-06-29T10:39:57.282Z'],
        ['3', 'i', 76826.640625, '2026-06-30T08:45:35.590Z']
      ]
    )
    assert.ok(Math.abs((points[0]?.mag ?? 0) - (31.4 - 2.5 * Math.log10(76925.4375))) < 1e-9)
  })
})
