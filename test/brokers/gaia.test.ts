import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { compileCheck, sourceOf } from '../../src/broker-kit/index.ts'
import { gaia } from '../../src/brokers/gaia/index.ts'
import { GaiaTime } from '../../src/brokers/gaia/rows.ts'
import { tcbToIso } from '../../src/brokers/gaia/time.ts'
import { separation } from '../../src/domain/sky.ts'
import { failsWith, moduleAt } from '../helpers/module-run.ts'
import { startUpstream, type UpstreamRoutes } from '../helpers/upstream.ts'

const headers = { 'content-type': 'text/csv' }
const header = '#Name, Date, RaDeg, DecDeg, AlertMag, HistoricMag, HistoricStdDev, Class, Published, Comment, TNSid'

interface Row {
  ra?: string
  dec?: string
  mag?: string
  className?: string
}

const rowOf = (name: string, { ra = '111.55', dec = '-39.25', mag = '18.70', className = 'unknown' }: Row = {}) =>
  `${name},2021-09-07 02:07:38,${ra},${dec},${mag},20.22,0.64,"${className}",2021-09-09 08:19:08,"fading, as before",AT2021aaa`

const table = (...lines: string[]): UpstreamRoutes => ({ 'GET /alerts.csv': { body: [header, ...lines, ''].join('\n'), headers } })
const lightCurveOf = (body: string): UpstreamRoutes => ({ 'GET /alert/Gaia21aab/lightcurve.csv': { body, headers } })

describe('Gaia Alerts', () => {
  test('keeps each row of the table as it was sent', async () => {
    const lines = [rowOf('Gaia21aab'), rowOf('Gaia21aac').replaceAll(',', ' , ')]
    await using upstream = await startUpstream(table(...lines))
    const { raws, alerts } = await moduleAt(gaia, upstream.url).run()
    assert.deepEqual(
      raws.map(raw => sourceOf(raw)?.text),
      lines
    )
    assert.deepEqual(
      alerts.map(({ id, mag, score }) => [id, mag, score]),
      [
        ['Gaia21aab', 18.7, 1.52],
        ['Gaia21aac', 18.7, 1.52]
      ]
    )
  })

  test('reads a table of other columns in another order, and refuses one without those that it needs', async () => {
    const other = 'AlertMag,Name,RaDeg,DecDeg,Date,New\r\n18.5,Gaia21aab,10,-10,2021-09-07 02:07:38,x\r\n'
    await using upstream = await startUpstream({ 'GET /alerts.csv': { body: other, headers } })
    const { alerts } = await moduleAt(gaia, upstream.url).run()
    assert.deepEqual([alerts[0]?.id, alerts[0]?.mag, alerts[0]?.score, alerts[0]?.classifications], ['Gaia21aab', 18.5, null, []])
    for (const body of [other.replace('RaDeg', 'Ra'), '<html><p>Moved</p></html>', '', rowOf('Gaia21aab')]) {
      await using wrong = await startUpstream({ 'GET /alerts.csv': { body } })
      await assert.rejects(moduleAt(gaia, wrong.url).run(), failsWith('bad-response', /no table with the columns Name, Date, RaDeg/))
    }
  })

  test('chooses what lies in a cone, anywhere on the sky', async () => {
    const place = fc.record({ ra: fc.double({ min: 0, max: 359.99, noNaN: true }), dec: fc.double({ min: -90, max: 90, noNaN: true }) })
    const near = fc.double({ min: -0.2, max: 0.2, noNaN: true })
    const offsets = fc.array(fc.tuple(near, near), { minLength: 1, maxLength: 8 })
    await fc.assert(
      fc.asyncProperty(place, offsets, fc.integer({ min: 1, max: 36_000 }), async (centre, steps, radius) => {
        const places = steps.map(([east, north]) => ({
          ra: Number(((centre.ra + east + 360) % 360).toFixed(5)) % 360,
          dec: Number(Math.max(-90, Math.min(90, centre.dec + north)).toFixed(5))
        }))
        const rows = places.map(({ ra, dec }, index) => rowOf(`Gaia${index}`, { ra: ra.toFixed(5), dec: dec.toFixed(5) }))
        await using upstream = await startUpstream(table(...rows))
        const { alerts } = await moduleAt(gaia, upstream.url).run({ cone: { ...centre, radius } })
        const inside = places.flatMap((one, index) => (separation(one, centre) <= radius ? [`Gaia${index}`] : []))
        assert.deepEqual(
          alerts.map(({ id }) => id),
          inside
        )
      }),
      { numRuns: 25 }
    )
  })

  test('says that nothing newer can come, only when something newer is asked for', async () => {
    await using upstream = await startUpstream(table(rowOf('Gaia21aab')))
    const broker = moduleAt(gaia, upstream.url)
    const says = ['Gaia stopped observing on 2025-01-15: there is nothing newer.']
    assert.deepEqual((await broker.run({}, { newerThan: '2026-01-01T00:00:00.000Z' })).feedback, says)
    assert.deepEqual((await broker.run({ published: { after: '2025-02-01T00:00:00Z' } })).feedback, says)
    const { feedback, alerts } = await broker.run(
      { observed: { after: '2021-01-01T00:00:00Z' } },
      { newerThan: '2021-09-08T00:00:00.000Z' }
    )
    assert.deepEqual([feedback, alerts.length], [[], 1])
  })

  test('finds a single alert without reading on, and says when there is none', async () => {
    await using upstream = await startUpstream((_, response) => {
      response.writeHead(200, headers)
      response.write(`${header}\n${rowOf('Gaia21aab')}\n`)
    })
    const alert = await moduleAt(gaia, upstream.url).fetchAlert('Gaia21aab')
    assert.equal(sourceOf(alert)?.text, rowOf('Gaia21aab'))
    await using whole = await startUpstream(table(rowOf('Gaia21aab')))
    await assert.rejects(moduleAt(gaia, whole.url).fetchAlert('Gaia21zzz'), failsWith('not-found', /no alert Gaia21zzz/))
  })

  test('reads light curves under both headers that were seen, and refuses what is none', async () => {
    const line = '2021-09-07 02:07:38,2459464.58864,18.70'
    for (const start of ['Gaia21aab\n#Date,JD(TCB),averagemag\n', '\n#Date JD(TCB) averagemag\n']) {
      for (const end of ['', '\n', '\r\n\r\n']) {
        await using upstream = await startUpstream(lightCurveOf(`${start}${line}${end}`))
        const { points, feedback } = await moduleAt(gaia, upstream.url).lightCurve('Gaia21aab')
        assert.deepEqual(
          [points.map(({ mag, band, timestamp }) => [mag, band, timestamp]), feedback],
          [[[18.7, 'G', '2021-09-07T02:06:07.449Z']], []]
        )
      }
      await using cut = await startUpstream(lightCurveOf(`${start}${line}\n2021-09-08 02:07:38,24594`))
      await assert.rejects(moduleAt(gaia, cut.url).lightCurve('Gaia21aab'), failsWith('bad-response', /cut off/))
    }
    await using page = await startUpstream(lightCurveOf('<html>Sorry</html>'))
    await assert.rejects(moduleAt(gaia, page.url).lightCurve('Gaia21aab'), failsWith('bad-response', /something else/))
  })

  const wrong: [says: RegExp, parameters: object][] = [
    [/^\/minMagnitude must not be greater/, { minMagnitude: 19, maxMagnitude: 18 }],
    [/^\/observed\/after must be earlier/, { observed: { after: '2021-01-01T00:00:00Z', before: '2021-01-01T00:00:00Z' } }],
    [/^\/objectId must NOT have fewer/m, { objectId: [] }]
  ]
  for (const [says, parameters] of wrong) {
    test(`refuses ${JSON.stringify(parameters)}`, () => {
      assert.match(moduleAt(gaia, 'http://127.0.0.1/').complaints(parameters).join('\n'), says)
    })
  }
})

describe('times of Gaia', () => {
  test('lose the drift of TCB, as SOFA computes it, and the leap seconds of their day', () => {
    // iauTcbtdb(2453750.5, 0.893019599) gives 2453750.5 + 0.8928551362746343 [TDB].
    const [tdb, beforeUtc] = [53_750 + 0.8928551362746343, 32.184 + 35]
    const drift = Date.parse(tcbToIso(2_453_750.5 + 0.893019599) ?? '') - ((tdb - 40_587) * 86_400_000 - beforeUtc * 1000)
    assert.ok(Math.abs(drift) < 1, `${drift} ms`)
    const offset = (julianDate: number) => Math.round((julianDate - 2_440_587.5) * 86_400 - Date.parse(tcbToIso(julianDate) ?? '') / 1000)
    assert.deepEqual([2_457_150.5, 2_457_300.5, 2_457_900.5].map(offset), [86, 87, 89])
  })

  test('that are none are null', () => {
    for (const julianDate of [null, 0, -1, 59_464.5, 1e300]) assert.equal(tcbToIso(julianDate), null)
  })

  test('on days that the calendar lacks are refused', () => {
    const isTime = compileCheck(GaiaTime)
    for (const text of ['2020-02-29 01:02:03', '2021-12-31T1:02:03', '']) assert.ok(isTime(text), text)
    for (const text of ['2021-02-29 01:02:03', '2021-02-31 01:02:03', '2021-04-31T1:02:03']) assert.ok(!isTime(text), text)
  })
})
