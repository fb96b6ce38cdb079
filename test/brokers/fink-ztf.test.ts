import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { sourceOf } from '../../src/broker-kit/index.ts'
import { finkZtf } from '../../src/brokers/fink-ztf/index.ts'
import { failsWith, moduleAt } from '../helpers/module-run.ts'
import { startUpstream, type UpstreamRoutes } from '../helpers/upstream.ts'

const json = { 'content-type': 'application/json' }
const noon = 2_459_000

const alertAt = (index: number, jd: number) => ({
  'i:candid': index,
  'i:objectId': 'ZTF20aaaaaaa',
  'i:jd': jd,
  'i:ra': 1,
  'i:dec': 2,
  'i:magpsf': 18,
  'i:sigmapsf': 0.1,
  'i:fid': 1
})

/** Answers a class as Fink does: the n newest alerts up to a date, newest first. */
function serving(alerts: readonly ReturnType<typeof alertAt>[]): UpstreamRoutes {
  return {
    'GET /latests': (_, { searchParams }) => {
      const stop = searchParams.get('stopdate')
      const until = stop === null ? Number.POSITIVE_INFINITY : Date.parse(`${stop.replace(' ', 'T')}Z`) / 86_400_000 + 2_440_587.5
      const found = alerts.filter(alert => alert['i:jd'] < until).toSorted((a, b) => b['i:jd'] - a['i:jd'])
      return { body: found.slice(0, Number(searchParams.get('n'))) }
    }
  }
}

describe('Fink (ZTF)', () => {
  test('reads all alerts of a class, many of one exposure too, in few requests', async () => {
    // 40 exposures, half a minute apart, of up to 130 alerts each.
    const alerts = Array.from({ length: 1300 }, (_, index) => alertAt(index, noon + Math.floor(index ** 0.515) / 2880 + 0.0000001))
    await using upstream = await startUpstream(serving(alerts))
    const { run } = moduleAt(finkZtf, upstream.url)
    const { alerts: found, checkpoints } = await run({ className: 'SN candidate' })
    assert.deepEqual(
      found.map(({ id }) => Number(id)).toSorted((a, b) => a - b),
      alerts.map(alert => alert['i:candid'])
    )
    assert.ok(upstream.requests.length <= 6, `${upstream.requests.length} requests`)
    for (const resumeFrom of checkpoints) {
      const { alerts: rest } = await run({ className: 'SN candidate' }, { resumeFrom })
      assert.deepEqual(
        rest.map(({ id }) => id),
        found.slice(-rest.length).map(({ id }) => id)
      )
    }
  })

  test('tells a refusal in the words of Fink', async () => {
    const refusals: readonly [body: string, says: RegExp][] = [
      [
        "{'status': 'error', 'text': 'A value for `objectId` is required. See https://api.ztf.fink-portal.org \\n'}",
        /^Fink refused the query: A value for `objectId` is required\. See https:\/\/api\.ztf\.fink-portal\.org$/
      ],
      [
        "{'status': 'error', 'text': ValueError(\"Invalid character at col 0 parsing angle 'kfdlkj'\")}",
        /^Fink refused the query: Invalid character at col 0 parsing angle 'kfdlkj'$/
      ],
      ["{'status': 'error', 'text': \"It's not \\\"right\\\"\"}", /^Fink refused the query: It's not "right"$/],
      [`{'status': 'error', 'text': 'Long: ${'x'.repeat(400)}`, /^Fink refused the query: Long: x{100,}$/],
      ['\n        up is not a valid trend.\n', /answered 400: up is not a valid trend\.$/]
    ]
    for (const [body, says] of refusals) {
      await using upstream = await startUpstream({ '*': { status: 400, body, headers: { 'content-type': 'text/html; charset=utf-8' } } })
      await assert.rejects(moduleAt(finkZtf, upstream.url).run({ objectId: 'ZTF20aaaaaaa' }), failsWith('query-rejected', says))
    }
  })

  test('tells when an object has as many alerts as Fink answers at most', async () => {
    const row = JSON.stringify(alertAt(1, noon))
    await using upstream = await startUpstream({ 'GET /objects': { body: `[${Array(10_000).fill(row).join()}]`, headers: json } })
    const { feedback } = await moduleAt(finkZtf, upstream.url).run({ objectId: 'ZTF20aaaaaaa' })
    assert.match(feedback.join(), /^Fink answers at most 10000 alerts of an object/)
  })

  test('says that an object without alerts has no light curve', async () => {
    await using upstream = await startUpstream({ 'GET /objects': { body: [] } })
    await assert.rejects(moduleAt(finkZtf, upstream.url).lightCurve('ZTF20aaaaaaa'), failsWith('not-found', /no alert of ZTF20aaaaaaa/))
  })

  const wrong: [says: RegExp, parameters: object][] = [
    [/^ must have one of objectId, cone and className/, {}],
    [/^ must have one of/, { objectId: 'ZTF20aaaaaaa', className: 'QSO' }],
    [/^\/objectId /, { objectId: 'ZTF20' }],
    [/^\/objectId /, { objectId: [] }],
    [/^\/cone\/radius must be <= 18000/, { cone: { ra: 1, dec: 2, radius: 18_001 } }],
    [/^\/trend needs className/, { objectId: 'ZTF20aaaaaaa', trend: 'rising' }],
    [/^\/firstDetection needs cone/, { className: 'QSO', firstDetection: { after: '2020-01-01T00:00:00Z' } }],
    [
      /^\/observed\/after must be earlier/,
      { className: 'QSO', observed: { after: '2020-01-02T00:00:00Z', before: '2020-01-01T00:00:00Z' } }
    ]
  ]
  for (const [says, parameters] of wrong) {
    test(`refuses ${JSON.stringify(parameters)}`, () => {
      assert.match(moduleAt(finkZtf, finkZtf.baseUrl).complaints(parameters).join('\n'), says)
    })
  }
})

const samples = new URL('../../../shared/samples/fink/', import.meta.url)
const absent = existsSync(samples) ? false : `the recorded answers are not at ${fileURLToPath(samples)}`
const sample = (name: string) => readFileSync(new URL(name, samples), 'utf8')

describe('Fink (ZTF), on recorded real answers', { skip: absent }, () => {
  test('reads the alerts of an object to the last digit, and no class of texts that stand for nothing', async () => {
    const body = sample('ztf_objects.json').trim()
    await using upstream = await startUpstream({ 'GET /objects': { body, headers: json } })
    const { raws, alerts } = await moduleAt(finkZtf, upstream.url).run({ objectId: 'ZTF19aaosfcb' })
    assert.deepEqual(
      alerts.map(({ id }) => id),
      ['3072410265715010069', '2889095235715010034', '2123204965715010022']
    )
    for (const raw of raws) assert.ok(body.includes(sourceOf(raw)?.text ?? '\0'))
    assert.deepEqual(alerts[0], {
      id: '3072410265715010069',
      name: 'ZTF19aaosfcb',
      objectId: 'ZTF19aaosfcb',
      survey: 'ZTF',
      timestamp: '2025-05-31T09:50:47.000Z',
      ra: 284.6506076,
      dec: 29.0911913,
      mag: null,
      magError: null,
      band: 'g',
      score: 0,
      url: 'https://ztf.fink-portal.org/ZTF19aaosfcb',
      classifications: [],
      detections: 39
    })
    assert.deepEqual(
      alerts.map(({ classifications }) => classifications),
      [[], [], []]
    )
    const [point] = finkZtf.photometryOf?.(Object(raws[0])) ?? []
    assert.equal(point?.sourceId, '3072410265715010069')
    assert.ok(Math.abs((point?.flux ?? 0) + 10 ** ((31.4 - 14.903686) / 2.5)) < 1e-3)
  })

  test('tells the recorded refusal', async () => {
    await using upstream = await startUpstream({ '*': { status: 400, body: sample('error_400.txt') } })
    await assert.rejects(
      moduleAt(finkZtf, upstream.url).run({ className: 'QSO' }),
      /^BrokerError: Fink refused the query: A value for `objectId` is required\. See https:\/\/api\.ztf\.fink-portal\.org$/
    )
  })
})
