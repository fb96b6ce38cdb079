import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { curveRoutes, pointWith } from '../helpers/curve-broker.ts'
import { type CurveService, startCurveService } from '../helpers/curve-service.ts'

let service: CurveService
const at = (second: number) => `2026-03-01T04:00:${String(second).padStart(2, '0')}.000Z`
const points = Array.from({ length: 10 }, (_, index) =>
  pointWith({
    sourceId: String(index),
    timestamp: at(10 + Math.floor(index / 3)),
    band: index % 2 ? 'g' : 'r',
    kind: index < 8 ? 'detection' : 'limit',
    survey: index < 5 ? 'LSST' : 'ZTF',
    mag: 18 + index
  })
)

before(async () => {
  service = await startCurveService({ 'broker-a': curveRoutes('OBJ1', { curve: () => points }) })
})
after(() => service.close())

test('a refresh is queued: 202, its runs, where the light curve is; repeated with its key it starts nothing again', async () => {
  const path = `/v1/targets/${service.targetId}/photometry/refresh`
  const first = await service.post(path, {}, { 'idempotency-key': 'refresh-1' })
  assert.equal(first.status, 202)
  assert.equal(first.headers.get('location'), `/v1/targets/${service.targetId}/photometry`)
  const again = await service.post(path, {}, { 'idempotency-key': 'refresh-1', prefer: 'wait=30' })
  assert.equal(again.status, 200)
  assert.equal(again.headers.get('preference-applied'), 'wait=30')
  assert.deepEqual(
    again.body.runs.map(({ id }: { id: string }) => id),
    first.body.runs.map(({ id }: { id: string }) => id)
  )
  const [run] = again.body.runs
  assert.deepEqual([run.status, run.counts.received, run.parameters], ['succeeded', 10, { targetId: service.targetId }])
  assert.match((await service.get('/metrics')).text, /tom_photometry_points_total\{broker="broker-a",outcome="new"\} 10/)
})

test('pages go through the light curve in order of time, each point once', async () => {
  const seen: string[] = []
  let next: string | null = ''
  while (next !== null) {
    const query = next === '' ? '' : `&cursor=${next}`
    const { body } = await service.get(`/v1/targets/${service.targetId}/photometry?limit=3${query}`)
    seen.push(...body.items.map(({ timestamp, sourceId }: Record<string, string>) => `${timestamp} ${sourceId}`))
    next = body.next
  }
  assert.equal(new Set(seen).size, 10)
  assert.deepEqual(
    seen.map(point => point.slice(0, 24)),
    seen.map(point => point.slice(0, 24)).toSorted()
  )
})

test('kind, passband, survey and time choose points', async () => {
  const ids = async (query: string) => (await service.curve(`&${query}`)).map(({ sourceId }) => Number(sourceId)).sort((a, b) => a - b)
  assert.deepEqual(await ids('kind=limit'), [8, 9])
  assert.deepEqual(await ids('band=g'), [1, 3, 5, 7, 9])
  assert.deepEqual(await ids('survey=lsst'), [0, 1, 2, 3, 4])
  assert.deepEqual(await ids(`after=${at(11)}&before=${at(13)}`), [6, 7, 8])
})

test('what is not there, or cannot be told, is said', async () => {
  const nowhere = '/v1/targets/019a5c1e-7d3a-7c4e-9b1f-2f6f0f7a1c11/photometry'
  assert.equal((await service.get(nowhere)).status, 404)
  assert.equal((await service.post(`${nowhere}/refresh`)).status, 404)
  const { body: target } = await service.post('/v1/targets', { name: 'Alone', type: 'SIDEREAL', ra: 200, dec: -20 })
  const alone = await service.post(`/v1/targets/${target.id}/photometry/refresh`)
  assert.equal(alone.status, 409)
  assert.match(alone.body.detail, /No broker can tell the light curve of this target: it has no alerts of any broker/)
  const other = await service.post(`/v1/targets/${service.targetId}/photometry/refresh`, { brokerId: 'my-broker' })
  assert.equal(other.status, 409)
  assert.match(other.body.detail, /'my-broker' is none that can tell .* came from broker-a/)
  const reversed = await service.get(
    `/v1/targets/${service.targetId}/photometry?after=2026-01-02T00:00:00%2B01:00&before=2026-01-01T22:59:59Z`
  )
  assert.deepEqual([reversed.status, reversed.body.errors[0].pointer], [422, '/after'])
  assert.equal((await service.get(`/v1/targets/${service.targetId}/photometry?cursor=bm9uc2Vuc2U`)).status, 422)
  assert.equal((await service.post(`/v1/targets/${service.targetId}/photometry/refresh`, { broker: 'x' })).status, 422)
})
