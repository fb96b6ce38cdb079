import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { v7 as uuidv7 } from 'uuid'
import type { PhotometryPoint } from '../../src/broker-kit/index.ts'
import { curveRoutes, pointWith } from '../helpers/curve-broker.ts'
import { startCurveService } from '../helpers/curve-service.ts'
import type { UpstreamRoutes } from '../helpers/upstream.ts'

async function start(t: TestContext, brokers: Readonly<Record<string, UpstreamRoutes>>) {
  const service = await startCurveService(brokers)
  t.after(() => service.close())
  return service
}

/** The counts of a run, once it is sure that they add up. */
function countsOf({ counts: { received, ...counts } }: { counts: typeof none & { received: number } }) {
  assert.equal(received, counts.new + counts.changed + counts.duplicate + counts.rejected)
  return counts
}

const none = { new: 0, changed: 0, duplicate: 0, rejected: 0, repeated: 0 }
const at = (second: number) => `2026-03-01T04:00:${String(second).padStart(2, '0')}.000Z`
const detection = pointWith({ sourceId: '170587116732416143', timestamp: at(40), mag: 18.5, magError: 0.1 })
const limit = pointWith({ kind: 'limit', timestamp: at(10), band: 'g', mag: 20.1 })
const faded = pointWith({ kind: 'forced', sourceId: '7', timestamp: at(20), flux: -120.5, fluxError: 30 })

test('a measurement that comes through two brokers is one point; limits and negative fluxes are kept, in order of time', async t => {
  const service = await start(t, {
    'broker-a': curveRoutes('OBJ1', { curve: () => [detection, limit, faded] }),
    'broker-b': curveRoutes('obj 1', { curve: () => [] }),
    'broker-c': curveRoutes('OBJ-1', { curve: () => [detection, { ...limit, timestamp: '2026-03-01T05:00:10.002+01:00' }, faded] })
  })
  assert.equal(service.targetIds.length, 1)
  const runs = await service.refresh()
  assert.deepEqual(
    runs.map(run => [run.kind, run.brokerId, run.status]),
    [
      ['photometry', 'broker-a', 'succeeded'],
      ['photometry', 'broker-b', 'succeeded'],
      ['photometry', 'broker-c', 'succeeded']
    ]
  )
  const total = runs.map(countsOf).reduce((sum, { new: fresh }) => sum + fresh, 0)
  assert.equal(total, 3)
  const points = await service.curve()
  assert.deepEqual(
    points.map(({ kind, flux, mag, sourceId }) => [kind, flux, mag, sourceId]),
    [
      ['limit', null, 20.1, null],
      ['forced', -120.5, null, '7'],
      ['detection', null, 18.5, '170587116732416143']
    ]
  )
  for (const { brokerIds } of points) assert.deepEqual(brokerIds, ['broker-a', 'broker-c'])
})

test('refreshing again brings nothing new, an updated error replaces, and brokers that disagree do not take turns', async t => {
  const told: Record<string, PhotometryPoint[]> = { a: [detection, limit], b: [{ ...detection, mag: 18.6 }, limit] }
  const service = await start(t, {
    'broker-a': curveRoutes('OBJ1', { curve: () => told['a'] ?? [] }),
    'broker-b': curveRoutes('OBJ1', { curve: () => told['b'] ?? [] })
  })
  assert.deepEqual((await service.refresh('broker-a')).map(countsOf), [{ ...none, new: 2 }])
  assert.deepEqual((await service.refresh('broker-b')).map(countsOf), [{ ...none, changed: 1, duplicate: 1 }])
  const before = await service.curve()
  assert.deepEqual((await service.refresh()).map(countsOf), [
    { ...none, duplicate: 2 },
    { ...none, duplicate: 2 }
  ])
  assert.deepEqual(await service.curve(), before)

  told['a'] = [{ ...detection, magError: 0.05 }, limit]
  const [run] = await service.refresh('broker-a')
  assert.deepEqual(countsOf(run), { ...none, changed: 1, duplicate: 1 })
  const [, changed] = await service.curve()
  assert.deepEqual([changed.mag, changed.magError, changed.runId], [18.5, 0.05, run.id])
  assert.equal(changed.firstSeenAt, before[1].firstSeenAt)
  assert.ok(changed.updatedAt > before[1].updatedAt)
})

test('what stored alerts carry is taken, also when the broker is down: then the run has failed and says why', async t => {
  let answers: { status?: number; body?: unknown } = { status: 404 }
  const routes = curveRoutes('OBJ1', {
    carried: [
      { sourceId: '1', mag: 19 },
      { sourceId: '2', mag: 19.5 }
    ]
  })
  const service = await start(t, { 'broker-a': { ...routes, 'GET /curves/OBJ1.json': () => answers } })

  const [unknown] = await service.refresh()
  assert.deepEqual([unknown.status, countsOf(unknown)], ['succeeded', { ...none, new: 2 }])
  assert.deepEqual(unknown.feedback, ['broker-a has no light curve of OBJ1.'])

  answers = { status: 400, body: 'example-nonsense' }
  const [down] = await service.refresh()
  assert.deepEqual([down.status, down.error.kind, down.error.upstreamStatus], ['failed', 'query-rejected', 400])
  assert.deepEqual(countsOf(down), { ...none, duplicate: 2 })

  answers = { body: [pointWith({ sourceId: '2', mag: 19.4 })] }
  const [up] = await service.refresh()
  assert.deepEqual([up.status, countsOf(up)], ['succeeded', { ...none, changed: 1, duplicate: 1, repeated: 1 }])
  assert.deepEqual((await service.curve()).map(({ mag }) => mag).sort(), [19, 19.4])
})

test('all alerts that a target came from are read, oldest first; what the module cannot read any more is counted', async t => {
  const service = await start(t, { 'broker-a': curveRoutes('OBJ1') })
  const raws = Array.from({ length: 120 }, (_, index) =>
    index === 7
      ? '{"objectId": 7}'
      : JSON.stringify({ objectId: 'OBJ1', ra: 10, points: [{ sourceId: `${index}` }, { sourceId: 'same', mag: index }] })
  )
  await service.database.pool.query(
    `INSERT INTO "TargetAlert" ("alertId", "targetId", "brokerId", "brokerAlertId", "objectId", generic, raw, "rawType")
     SELECT id, $1, 'broker-a', raw, 'OBJ1', '{}', raw, 'application/json' FROM unnest($2::uuid[], $3::text[]) AS alert(id, raw)`,
    [service.targetId, raws.map(() => uuidv7()), raws]
  )
  const [run] = await service.refresh()
  assert.deepEqual([run.status, countsOf(run)], ['succeeded', { ...none, new: 120, repeated: 118 }])
  assert.deepEqual(run.feedback, ['The light curves of 1 stored alerts could not be read.'])
  const same = (await service.curve()).find(({ sourceId }) => sourceId === 'same')
  assert.equal(same.mag, 119)
})

test('a point that does not fit is a rejection with a reason, and the others are stored', async t => {
  const curve = () => [
    detection,
    { ...limit, kind: 'guess' },
    { ...limit, timestamp: '0000-01-01T00:00:00Z' },
    { ...limit, band: 'g\u0000' }
  ]
  const service = await start(t, { 'broker-a': curveRoutes('OBJ1', { curve }) })
  const [run] = await service.refresh()
  assert.deepEqual([run.status, countsOf(run)], ['succeeded', { ...none, new: 1, rejected: 3 }])
  const { body } = await service.get(`/v1/runs/${run.id}/rejections`)
  assert.deepEqual(
    body.items.map(({ reason }: { reason: string }) => reason.split(': ')[1]),
    [
      '/kind must be one of "detection", "limit", "forced".',
      '/timestamp is no instant that can be stored.',
      '/band must hold neither U+0000 nor a lone surrogate.'
    ]
  )
})

test('targets that are merged have one light curve, which all their brokers keep up to date', async t => {
  const service = await start(t, {
    'broker-a': curveRoutes('OBJ1', { curve: () => [detection, limit] }),
    'broker-b': curveRoutes('OTHER', { curve: () => [detection, faded], ra: 11 })
  })
  const [, other = ''] = service.targetIds
  await service.refresh()
  await service.refresh('broker-b', other)
  assert.equal((await service.post(`/v1/targets/${service.targetId}/merge`, { from: other })).status, 200)
  const points = await service.curve()
  assert.deepEqual(
    points.map(({ kind, brokerIds }) => [kind, brokerIds.join()]),
    [
      ['limit', 'broker-a'],
      ['forced', 'broker-b'],
      ['detection', 'broker-a,broker-b']
    ]
  )
  assert.deepEqual((await service.refresh()).map(countsOf), [
    { ...none, duplicate: 2 },
    { ...none, duplicate: 2 }
  ])
})

test('a cancelled run stops at once, and one whose target was deleted meanwhile ends with that reason', async t => {
  const answer = Promise.withResolvers<void>()
  t.after(() => answer.resolve())
  const slow = async () => {
    await answer.promise
    return { body: [detection] }
  }
  const service = await start(t, { 'broker-a': { ...curveRoutes('OBJ1'), 'GET /curves/OBJ1.json': slow } })
  const path = `/v1/targets/${service.targetId}/photometry/refresh`
  const [first] = (await service.post(path)).body.runs
  while ((await service.get(`/v1/runs/${first.id}`)).body.status !== 'running') await sleep(20)
  assert.equal((await service.post(`/v1/runs/${first.id}/cancellation`)).status, 202)
  assert.equal((await service.get(`/v1/runs/${first.id}`)).body.status, 'cancelled')

  const [second] = (await service.post(path)).body.runs
  while ((await service.get(`/v1/runs/${second.id}`)).body.status !== 'running') await sleep(20)
  assert.equal((await service.delete(`/v1/targets/${service.targetId}`, { 'if-match': '*' })).status, 204)
  answer.resolve()
  let ended = second
  while (ended.finishedAt === null) {
    await sleep(20)
    ended = (await service.get(`/v1/runs/${second.id}`)).body
  }
  assert.deepEqual([ended.status, ended.error.kind, ended.attempt], ['failed', 'target-gone', 1])
  assert.equal((await service.get(`/v1/targets/${service.targetId}/photometry`)).status, 404)
  const { rows } = await service.database.pool.query('SELECT FROM "PhotometryPoint"')
  assert.equal(rows.length, 0)
})
