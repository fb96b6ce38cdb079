import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { sourceOf } from '../../src/broker-kit/index.ts'
import { finkLsst } from '../../src/brokers/fink-lsst/index.ts'
import { failsWith, moduleAt } from '../helpers/module-run.ts'
import { startUpstream } from '../helpers/upstream.ts'

const json = { 'content-type': 'application/json' }
const start = 61_100

/** A row to the byte: its ids have more digits than JavaScript keeps. */
const rowAt = (index: number, mjd: number) =>
  `{"r:diaObjectId":${313_629_129_709_000_000n + BigInt(index)},"r:diaSourceId":${170_587_116_732_000_000n + BigInt(index)},"r:midpointMjdTai":${mjd},"r:ra":53.1,"r:dec":-27.8,"r:psfFlux":-12.5,"r:psfFluxErr":3.5,"r:band":"g","r:reliability":0.5}`

describe('Fink (LSST)', () => {
  test('reads all alerts with a tag, of one visit too, to the last digit of their ids', async () => {
    // 60 visits of 20 alerts each.
    const rows = Array.from({ length: 1200 }, (_, index) => ({ index, mjd: start - Math.floor(index / 20) / 2000 }))
    const sent: string[] = []
    await using upstream = await startUpstream({
      'GET /tags': (_, { searchParams }) => {
        const stop = searchParams.get('stopdate')
        const until = stop === null ? Number.POSITIVE_INFINITY : Date.parse(`${stop.replace(' ', 'T')}Z`) / 86_400_000 + 40_587
        const found = rows.filter(({ mjd }) => mjd < until).slice(0, Number(searchParams.get('n')))
        const body = `[${found.map(({ index, mjd }) => rowAt(index, mjd)).join()}]`
        sent.push(body)
        return { body, headers: json }
      }
    })
    const { raws, alerts, checkpoints } = await moduleAt(finkLsst, upstream.url).run({ tag: 'in_tns' })
    assert.deepEqual(
      alerts.map(({ id }) => id),
      rows.map(({ index }) => String(170_587_116_732_000_000n + BigInt(index)))
    )
    assert.deepEqual(
      alerts.map(({ objectId }) => objectId),
      rows.map(({ index }) => String(313_629_129_709_000_000n + BigInt(index)))
    )
    assert.ok(raws.every(raw => sent.some(body => body.includes(sourceOf(raw)?.text ?? '\0'))))
    assert.ok(upstream.requests.length <= 6, `${upstream.requests.length} requests`)
    const rest = await moduleAt(finkLsst, upstream.url).run({ tag: 'in_tns' }, { resumeFrom: checkpoints.at(1) ?? '' })
    assert.deepEqual(rest.alerts, alerts.slice(-rest.alerts.length))
  })

  test('reads times as TAI, and gives a negative difference no magnitude', async () => {
    await using upstream = await startUpstream({ 'GET /sources': { body: `[${rowAt(1, 61_100.5)}]`, headers: json } })
    const { raws, alerts } = await moduleAt(finkLsst, upstream.url).run({ objectId: '313629129709000001' })
    assert.deepEqual([alerts[0]?.timestamp, alerts[0]?.mag], ['2026-03-01T11:59:23.000Z', null])
    assert.deepEqual(
      finkLsst.photometryOf?.(Object(raws[0])).map(({ timestamp, mag, flux, fluxError }) => ({ timestamp, mag, flux, fluxError })),
      [{ timestamp: '2026-03-01T11:59:23.000Z', mag: null, flux: -12.5, fluxError: 3.5 }]
    )
  })

  test('tells what Fink refuses, and which tags it has', async () => {
    const body = "\n        up is not a valid tag. Here is the list of tags:\n        ['in_tns', 'faint_trails']\n"
    await using upstream = await startUpstream({ '*': { status: 400, body } })
    await assert.rejects(
      moduleAt(finkLsst, upstream.url).run({ tag: 'up' }),
      failsWith('query-rejected', /up is not a valid tag\. Here is the list of tags: \['in_tns', 'faint_trails'\]/)
    )
  })

  test('finds a single alert by its object only', async () => {
    await using upstream = await startUpstream({ 'GET /objects': { body: [] } })
    const { fetchAlert } = moduleAt(finkLsst, upstream.url)
    for (const id of ['170587116732416143', 'ZTF20aaaaaaa', '0'])
      await assert.rejects(fetchAlert(id), failsWith('not-found', /by their object/))
    assert.equal(upstream.requests.length, 1, 'what is no id is not asked for')
  })

  test('says that an object without alerts has no light curve', async () => {
    await using upstream = await startUpstream({ '*': { body: [] } })
    await assert.rejects(moduleAt(finkLsst, upstream.url).lightCurve('170587116732416143'), failsWith('not-found', /no alert of/))
  })

  const wrong: [says: RegExp, parameters: object][] = [
    [/^ must have one of objectId, cone and tag/, {}],
    [/^ must have one of/, { objectId: '1', tag: 'in_tns' }],
    [/^\/objectId /, { objectId: 170587116732416 }],
    [/^\/objectId /, { objectId: 'ZTF20aaaaaaa' }],
    [/^\/rows needs objectId/, { tag: 'in_tns', rows: 'objects' }],
    [/^\/cone\/radius must be <= 18000/, { cone: { ra: 1, dec: 2, radius: 18_001 } }],
    [/^\/firstDetection needs cone/, { tag: 'in_tns', firstDetection: { after: '2026-01-01T00:00:00Z' } }],
    [/^\/observed\/after must be earlier/, { tag: 'in_tns', observed: { after: '2026-01-02T00:00:00Z', before: '2026-01-01T00:00:00Z' } }]
  ]
  for (const [says, parameters] of wrong) {
    test(`refuses ${JSON.stringify(parameters)}`, () => {
      assert.match(moduleAt(finkLsst, finkLsst.baseUrl).complaints(parameters).join('\n'), says)
    })
  }
})
