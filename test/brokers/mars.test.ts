import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { sourceOf } from '../../src/broker-kit/index.ts'
import { mars } from '../../src/brokers/mars/index.ts'
import { failsWith, moduleAt } from '../helpers/module-run.ts'
import { startUpstream, type UpstreamRoutes } from '../helpers/upstream.ts'

const json = { 'content-type': 'application/json' }

/** An alert to the byte: its id has more digits than JavaScript keeps. */
const alertAt = (index: number) =>
  `{"lco_id":${index + 1},"objectId":"ZTF18aaaaaaa","candid":${593_191_350_115_010_000n + BigInt(index)},"avro":"https://avro.example/${index}","candidate":{"jd":${2_458_400.5 - index},"fid":1,"ra":350.5,"dec":-5.25,"magpsf":18.5,"sigmapsf":0.1,"isdiffpos":"t","rb":0.75}}`

/** Answers pages of 100, and 404 behind the last one; a server that does not count promises none. */
function serving(count: number, { counts }: { counts: boolean }): UpstreamRoutes {
  return {
    'GET /': (_, { searchParams }) => {
      const first = (Number(searchParams.get('page')) - 1) * 100
      if (first > 0 && first >= count) return { status: 404, body: { message: 'no such page' } }
      const rows = Array.from({ length: Math.min(100, count - first) }, (_row, index) => alertAt(first + index))
      return { body: `{"has_next":${counts && first + 100 < count},"has_prev":${first > 0},"results":[${rows.join()}]}`, headers: json }
    }
  }
}

describe('MARS', () => {
  for (const counts of [true, false]) {
    // A full page that promises no other may be followed by one all the same: then one more is asked for.
    for (const [count, requests] of [
      [0, 1],
      [100, 2],
      [250, 3],
      [300, 4]
    ] as const) {
      test(`reads ${count} alerts from a server that ${counts ? 'promises pages' : 'promises none'}`, async () => {
        await using upstream = await startUpstream(serving(count, { counts }))
        const { alerts, checkpoints } = await moduleAt(mars, upstream.url).run()
        assert.deepEqual(
          alerts.map(({ id }) => id),
          Array.from({ length: count }, (_, index) => String(593_191_350_115_010_000n + BigInt(index)))
        )
        assert.equal(upstream.requests.length, requests)
        for (const resumeFrom of checkpoints) {
          const rest = await moduleAt(mars, upstream.url).run({}, { resumeFrom })
          assert.deepEqual(rest.alerts, rest.alerts.length === 0 ? [] : alerts.slice(-rest.alerts.length))
        }
      })
    }
  }

  test('fails when a promised page is not there, or is the one before', async () => {
    const page = `{"has_next":true,"results":[${alertAt(1)}]}`
    await using same = await startUpstream({ '*': { body: page, headers: json } })
    await assert.rejects(moduleAt(mars, same.url).run(), failsWith('bad-response', /one page again as page 2/))
    await using gone = await startUpstream({
      '*': (_, { searchParams }) => (searchParams.get('page') === '1' ? { body: page, headers: json } : { status: 404 })
    })
    await assert.rejects(moduleAt(mars, gone.url).run(), failsWith('not-found', /404/))
  })

  test('fails when a page does not say whether another follows', async () => {
    await using upstream = await startUpstream({ '*': { body: { results: [] } } })
    await assert.rejects(moduleAt(mars, upstream.url).run(), failsWith('bad-response', /whether another follows/))
  })

  test('finds one alert by its candid, and says so when there is none', async () => {
    const detail = alertAt(7).replace('}}', '},"prv_candidate":[]}')
    await using upstream = await startUpstream({
      'GET /': (_, { searchParams }) => ({
        body: `{"has_next":false,"results":[${searchParams.get('candid') === '593191350115010007' ? alertAt(7) : ''}]}`,
        headers: json
      }),
      'GET /8/': { body: detail, headers: json }
    })
    const { fetchAlert, lightCurve } = moduleAt(mars, upstream.url)
    assert.equal(sourceOf(await fetchAlert('593191350115010007'))?.text, detail)
    await assert.rejects(fetchAlert('593191350115010008'), failsWith('not-found', /candid 593191350115010008/))
    await assert.rejects(fetchAlert('ZTF18aaaaaaa'), failsWith('not-found', /its ids are numbers/))
    await assert.rejects(lightCurve('ZTF18zzzzzzz'), failsWith('not-found', /objectId ZTF18zzzzzzz/))
  })

  test('points to the page of an alert at the server that was asked', () => {
    const alert = mars.toGenericAlert(JSON.parse(alertAt(7)), { baseUrl: 'https://archive.example/mars/' })
    assert.equal(alert.url, 'https://archive.example/mars/8/')
  })

  const wrong: [says: RegExp, parameters: object][] = [
    [/^\/ra must have min and max/, { ra: { min: 10 } }],
    [/^\/ra must not hold 180/, { ra: { min: 170, max: 190 } }],
    [/^\/ra must not hold 180/, { ra: { min: 20, max: 10 } }],
    [/^\/ra\/max /, { ra: { min: 0, max: 360 } }],
    [/^\/mag\/min must not be greater/, { mag: { min: 19, max: 18 } }],
    [/^\/observed\/after must be earlier/, { observed: { after: '2018-01-02T00:00:00Z', before: '2018-01-01T00:00:00Z' } }],
    [/^\/candid /, { candid: 593191350115010 }],
    [/^\/band must be one of "g", "r", "i"/, { band: 'u' }],
    [/^\/objectCone\/name /, { objectCone: { name: 'M51,5', radius: 1 } }]
  ]
  for (const [says, parameters] of wrong) {
    test(`refuses ${JSON.stringify(parameters)}`, () => {
      assert.match(moduleAt(mars, mars.baseUrl).complaints(parameters).join('\n'), says)
    })
  }

  test('takes a range of right ascension across 0', () => {
    assert.deepEqual(moduleAt(mars, mars.baseUrl).complaints({ ra: { min: 350, max: 10 } }), [])
  })
})
