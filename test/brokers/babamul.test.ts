import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { sourceOf } from '../../src/broker-kit/index.ts'
import { babamul } from '../../src/brokers/babamul/index.ts'
import { failsWith, moduleAt } from '../helpers/module-run.ts'
import { startUpstream, type Upstream, type UpstreamRoutes } from '../helpers/upstream.ts'

const json = { 'content-type': 'application/json' }
const token = 'example-token-of-babamul'
const at = ({ url }: { url: string }) => moduleAt(babamul, { url, variables: { BROKER_BABAMUL_API_TOKEN: token } })
const nowhere = { url: babamul.baseUrl }
const noon = 2_460_760

/** An alert to the byte: its id has more digits than JavaScript keeps. */
const alertAt = (index: number, jd: number) =>
  `{"candid":${3_005_432_622_415_000_000n + BigInt(index)},"objectId":"ZTF25aagbkaj","candidate":{"jd":${jd},"ra":199.25,"dec":-3.125,"magpsf":18.25,"sigmapsf":0.0625,"isdiffpos":true,"band":"r","drb":0.875,"ndethist":4,"psfFlux":182390000000.0},"classifications":null}`

/** Answers as Babamul does: what lies in the range, `limit` alerts from `skip` on. */
function serving(times: readonly number[]): UpstreamRoutes {
  return {
    'GET /surveys/ZTF/alerts': ({ headers }, { searchParams }) => {
      if (headers.authorization !== `Bearer ${token}`) return { status: 401, body: 'Unauthorized' }
      const [start, end] = [Number(searchParams.get('start_jd') ?? 0), Number(searchParams.get('end_jd') ?? 9e9)]
      if (!searchParams.has('limit')) return { status: 400, body: { message: 'this test wants a limit' } }
      if (!searchParams.has('object_id') && end - start > 1) return { status: 400, body: { message: 'Time range too large' } }
      const skip = Number(searchParams.get('skip'))
      const found = times.flatMap((jd, index) => (jd >= start && jd <= end ? [alertAt(index, jd)] : []))
      const page = found.slice(skip, skip + Number(searchParams.get('limit')))
      return { body: `{"message":"found ${page.length} alerts matching query","data":[${page.join()}]}`, headers: json }
    }
  }
}

async function idsOf(upstream: Upstream, parameters: object, given?: { resumeFrom: string }) {
  const { alerts, checkpoints } = await at(upstream).run(parameters, given)
  return { ids: alerts.map(({ id }) => Number(BigInt(id) - 3_005_432_622_415_000_000n)), checkpoints }
}

describe('Babamul', () => {
  test('reads a range of several days in full, page by page, and goes on from any checkpoint', async () => {
    const times = Array.from({ length: 2600 }, (_, index) => noon + 0.1005 + index * 0.001)
    await using upstream = await startUpstream(serving(times))
    const parameters = { survey: 'ZTF', observed: { after: '2025-03-25T12:00:00Z', before: '2025-03-28T00:00:00Z' } }
    const { ids, checkpoints } = await idsOf(upstream, parameters)
    const expected = times.flatMap((jd, index) => (jd <= noon + 2.5 ? [index] : []))
    assert.deepEqual(ids, expected)
    assert.equal(checkpoints.length, 5)
    for (const resumeFrom of checkpoints) {
      const rest = await idsOf(upstream, parameters, { resumeFrom })
      assert.deepEqual(rest.ids, ids.slice(-rest.ids.length))
    }
  })

  test('asks an open range until now', async () => {
    await using upstream = await startUpstream(serving([]))
    const after = new Date(Date.now() - 36 * 3_600_000).toISOString()
    await at(upstream).run({ survey: 'ZTF', observed: { after } })
    assert.equal(upstream.requests.length, 2)
  })

  test('always gives a limit, also for one object', async () => {
    await using upstream = await startUpstream(serving([noon]))
    assert.deepEqual((await idsOf(upstream, { survey: 'ZTF', objectId: 'ZTF25aagbkaj' })).ids, [0])
    assert.equal(upstream.requests[0]?.url, '/surveys/ZTF/alerts?object_id=ZTF25aagbkaj&limit=50&skip=0')
  })

  test('stops when a page comes again, as from a server that ignores where it is to begin', async () => {
    const page = `{"message":"found","data":[${Array.from({ length: 1000 }, (_, index) => alertAt(index, noon)).join()}]}`
    await using upstream = await startUpstream({ '*': { body: page, headers: json } })
    await assert.rejects(at(upstream).run({ survey: 'ZTF', objectId: 'ZTF25aagbkaj' }), failsWith('bad-response', /a page again/))
  })

  test('tells a token that is refused, and never the token', async () => {
    await using upstream = await startUpstream({ '*': ({ headers }) => ({ status: 401, body: `Unauthorized ${headers.authorization}` }) })
    await assert.rejects(at(upstream).run({ survey: 'ZTF', objectId: 'ZTF25aagbkaj' }), error => {
      assert.ok(failsWith('unauthorized', /Unauthorized/)(error))
      assert.ok(!String(error).includes(token))
      return true
    })
  })

  const wrong: [says: RegExp, parameters: object][] = [
    [/^\/survey is required/, { objectId: 'ZTF25aagbkaj' }],
    [/^ must have objectId, cone, or observed with after/, { survey: 'ZTF' }],
    [/^ must have objectId, cone, or observed with after/, { survey: 'ZTF', observed: { before: '2025-01-01T00:00:00Z' } }],
    [/^\/cone must not come together/, { survey: 'ZTF', objectId: 'ZTF25aagbkaj', cone: { ra: 1, dec: 2, radius: 3 } }],
    [/^\/cone\/radius must be <= 600/, { survey: 'ZTF', cone: { ra: 1, dec: 2, radius: 601 } }],
    [/^\/objectId /, { survey: 'LSST', objectId: 170587116732416 }],
    [/^\/minMag must not be greater/, { survey: 'ZTF', objectId: 'ZTF25aagbkaj', minMag: 20, maxMag: 19 }],
    [/^\/minReliability must not be greater/, { survey: 'ZTF', objectId: 'ZTF25aagbkaj', minReliability: 1, maxReliability: 0 }],
    [/^\/observed\/after must be earlier/, { survey: 'ZTF', observed: { after: '2025-01-02T00:00:00Z', before: '2025-01-01T00:00:00Z' } }]
  ]
  for (const [says, parameters] of wrong) {
    test(`refuses ${JSON.stringify(parameters)}`, () => {
      assert.match(at(nowhere).complaints(parameters).join('\n'), says)
    })
  }
})

const samples = new URL('../../../shared/samples/boom/', import.meta.url)
const absent = existsSync(samples) ? false : `the recorded answers are not at ${fileURLToPath(samples)}`
const sample = (name: string) => readFileSync(new URL(name, samples), 'utf8')

describe('Babamul, on recorded real answers of BOOM', { skip: absent }, () => {
  test('reads the light curve of an object, each point once', async () => {
    await using upstream = await startUpstream({ 'GET /surveys/ZTF/objects/ZTF25aagbkaj': { body: sample('object.json'), headers: json } })
    const { points, feedback } = await at(upstream).lightCurve('ZTF25aagbkaj')
    assert.deepEqual(feedback, [])
    // Two of its 14 detections are one and the same.
    assert.deepEqual([points.length, points.filter(({ kind }) => kind === 'limit').length], [14, 1])
    assert.deepEqual(points[0], {
      sourceId: null,
      timestamp: '2025-02-23T09:29:11.000Z',
      kind: 'detection',
      survey: 'ZTF',
      telescope: 'ZTF',
      band: 'r',
      mag: 17.600799560546875,
      magError: 0.04974199831485748,
      flux: null,
      fluxError: null
    })
  })

  test('reads the newest alert of that object as its own API would give it', async () => {
    // BOOM calls _id what Babamul calls candid.
    const { data } = /"data":(?<data>\{.*\})\}\s*$/s.exec(sample('object.json'))?.groups ?? {}
    const alert = data?.replace('"_id":', '"candid":') ?? ''
    const body = `{"message":"found 1 alerts matching query","data":[${alert}]}`
    await using upstream = await startUpstream({ 'GET /surveys/ZTF/alerts': { body, headers: json } })
    const { raws, alerts } = await at(upstream).run({ survey: 'ZTF', objectId: 'ZTF25aagbkaj' })
    assert.equal(sourceOf(raws[0])?.text, alert)
    const [{ id, timestamp, mag, score, detections, classifications = [] } = assert.fail()] = alerts
    assert.deepEqual(
      [id, timestamp, mag, score, detections],
      ['3005432622415015012', '2025-03-25T10:22:58.999Z', 18.30575180053711, 0.999998927116394, 47]
    )
    assert.deepEqual(classifications[0], { label: 'hosted', probability: 0.9925668239593506, classifier: 'ACAI' })
  })

  test("takes the empty answer of BOOM's own cone search for what it is: no answer of Babamul", async () => {
    await using upstream = await startUpstream({ '*': { body: sample('cone_empty.json'), headers: json } })
    await assert.rejects(
      at(upstream).run({ survey: 'ZTF', cone: { ra: 1, dec: 2, radius: 3 } }),
      failsWith('bad-response', /has no array at \/data/)
    )
  })
})
