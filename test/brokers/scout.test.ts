import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { compileCheck, sourceOf, type TargetDraft } from '../../src/broker-kit/index.ts'
import { scout } from '../../src/brokers/scout/index.ts'
import { ScoutObject } from '../../src/brokers/scout/rows.ts'
import { readTarget } from '../../src/targets/check-target.ts'
import { failsWith, moduleAt } from '../helpers/module-run.ts'
import { startUpstream, type UpstreamRoutes } from '../helpers/upstream.ts'

const signature = { source: 'NASA/JPL Scout API', version: '1.3' }
const object = {
  objectName: 'P22abcD',
  lastRun: '2026-03-02 10:15',
  tEphem: '2026-03-03 08:30',
  ra: '08:54',
  dec: '-05',
  H: '25.5',
  Vmag: '20.5',
  elong: '145',
  unc: '14',
  nObs: 4,
  neoScore: 100,
  rating: null
}
const orbitsOf = (eccentricity: string) => ({
  count: '1',
  fields: ['idx', 'epoch', 'ec', 'qr', 'tp', 'om', 'w', 'inc', 'H'],
  data: [[0, '2461100.5', eccentricity, '1.0E+00', '2461050.5', '1.25E+02', '2.5E+02', '1.5E+01', '25.25']]
})
const answering = (summary: unknown, detail: unknown = { signature, ...object }): UpstreamRoutes => ({
  'GET /scout.api': (_, { searchParams }) => ({ body: searchParams.has('tdes') ? detail : summary })
})

function targetOf(detail: object): TargetDraft {
  const raw = Object.assign({}, { signature, ...object }, detail)
  return scout.toTarget?.(raw, scout.toGenericAlert(raw, { baseUrl: scout.baseUrl })) ?? assert.fail()
}

const complaintsAbout = ({ elements, ...draft }: TargetDraft) => readTarget({ ...elements, ...draft }).complaints ?? []

describe('JPL Scout', () => {
  test('refuses times on days that the calendar lacks', () => {
    const isObject = compileCheck(ScoutObject)
    for (const lastRun of ['2024-02-29 10:15', '2026-03-31 10:15:30', null]) assert.ok(isObject({ ...object, lastRun }))
    for (const lastRun of ['2026-02-29 10:15', '2026-02-31 10:15', '2026-04-31 10:15:30']) assert.ok(!isObject({ ...object, lastRun }))
  })

  test('refuses an answer whose signature it does not know, in the summary and alone', async () => {
    const newer = { source: 'NASA/JPL Scout API', version: '1.4' }
    const says = /NASA\/JPL Scout API 1\.4; this service knows NASA\/JPL Scout API 1\.3/
    await using summary = await startUpstream(answering({ signature: newer, count: '1', data: [object] }))
    await assert.rejects(moduleAt(scout, summary.url).run(), failsWith('bad-response', says))
    await using alone = await startUpstream(
      answering({ signature, count: '1', data: [object] }, { signature: newer, ...object, orbits: orbitsOf('0.5') })
    )
    await assert.rejects(moduleAt(scout, alone.url).run(), failsWith('bad-response', says))
    await using unsigned = await startUpstream(answering({ count: '1', data: [object] }))
    await assert.rejects(moduleAt(scout, unsigned.url).run(), failsWith('bad-response', /does not sign/))
  })

  test('refuses a summary of fewer objects than it promises, and an error in place of one', async () => {
    await using short = await startUpstream(answering({ signature, count: '2', data: [object] }))
    await assert.rejects(moduleAt(scout, short.url).run(), failsWith('bad-response', /has 2 objects, and answers 1/))
    await using error = await startUpstream(answering({ signature, error: 'database is down' }))
    await assert.rejects(moduleAt(scout, error.url).run(), failsWith('bad-response', /database is down/))
  })

  test('says of an unknown object that it is not found, and of other errors what they are', async () => {
    await using gone = await startUpstream(answering(null, { signature, error: 'specified object was not found' }))
    await assert.rejects(moduleAt(scout, gone.url).fetchAlert('Gone123'), failsWith('not-found', /Gone123: specified object was not found/))
    assert.deepEqual((await moduleAt(scout, gone.url).run({ objectId: 'Gone123' })).feedback, ['Scout has Gone123 no more.'])
    await using odd = await startUpstream(answering(null, { error: 'too many plots' }))
    await assert.rejects(moduleAt(scout, odd.url).run({ objectId: 'P22abcD' }), failsWith('query-rejected', /too many plots/))
  })

  test('keeps the whole answer for an object as its raw text', async () => {
    const detail = { signature, ...object, orbits: orbitsOf('0.5') }
    await using upstream = await startUpstream(answering({ signature, count: '1', data: [object] }, detail))
    const { raws, alerts } = await moduleAt(scout, upstream.url).run()
    assert.equal(sourceOf(raws[0])?.text, JSON.stringify(detail))
    assert.deepEqual([alerts[0]?.ra, alerts[0]?.dec], [133.5, -5])
    assert.equal(new URL(upstream.requests[1]?.url ?? '', 'http://x').search, '?tdes=P22abcD&orbits=1&n-orbits=1')
  })

  test('makes a target that moves, as a minor planet or on a long orbit, and never takes the elongation for the eccentricity', () => {
    const minor = targetOf({ orbits: orbitsOf('5.0E-01') })
    assert.deepEqual([minor.type, minor.scheme, minor.elements?.['eccentricity']], ['NON_SIDEREAL', 'MPC_MINOR_PLANET', 0.5])
    assert.deepEqual(
      [minor.elements?.['epochOfElements'], minor.elements?.['semimajorAxis'], minor.elements?.['absMag']],
      [61_100, 2, 25.25]
    )
    // 50 days after perihelion, at 0.98560767 / 2^1.5 degrees a day.
    assert.ok(Math.abs((minor.elements?.['meanAnomaly'] ?? 0) - (50 * 0.98560767) / 2 ** 1.5) < 1e-5)
    assert.deepEqual(complaintsAbout(minor), [])
    const long = targetOf({ orbits: orbitsOf('1.05E+00') })
    assert.deepEqual([long.scheme, long.elements?.['perihdist'], long.elements?.['epochOfPerihelion']], ['MPC_COMET', 1, 61_050])
    assert.deepEqual(complaintsAbout(long), [])
    assert.deepEqual(long.extras, { neoScore: 100, nObs: 4, unc: 14, lastRun: '2026-03-02 10:15' })
  })

  test('makes no target of an object without an orbit', () => {
    for (const orbits of [undefined, null, { ...orbitsOf('0.5'), data: [] }, { ...orbitsOf('0.5'), fields: ['idx'] }, orbitsOf('n/a')]) {
      assert.match(JSON.stringify(complaintsAbout(targetOf({ orbits }))), /scheme/)
    }
  })

  const wrong: [says: RegExp, parameters: object][] = [
    [/^\/objectId /, { objectId: 'P22 abcD' }],
    [/^\/objectId /, { objectId: [] }],
    [/^\/minNeoScore must be <= 100/, { minNeoScore: 101 }],
    [/^\/minUncertainty must not be greater/, { minUncertainty: 2, maxUncertainty: 1 }],
    [/^\/computed\/after must be earlier/, { computed: { after: '2026-01-02T00:00:00Z', before: '2026-01-01T00:00:00Z' } }]
  ]
  for (const [says, parameters] of wrong) {
    test(`refuses ${JSON.stringify(parameters)}`, () => {
      assert.match(moduleAt(scout, scout.baseUrl).complaints(parameters).join('\n'), says)
    })
  }
})
