import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { pagedBroker } from '../helpers/paged-broker.ts'
import { type Answer, type Service, startService } from '../helpers/service.ts'

let service: Service
before(async () => {
  service = await startService({ modules: [pagedBroker], variables: { BROKER_PAGED_BROKER_API_TOKEN: 'example-token' } })
})
after(() => service.close())

const cone = { ra: '00h35m56.7s', dec: '-20:30:15', radius: 5 }
const inDegrees = { ra: 8.98625, dec: -20.504166666666666, radius: 5 }
const query = { name: 'Cone', brokerId: 'paged-broker', parameters: { cone } }

const pointersOf = ({ status, body }: Answer) => {
  assert.equal(status, 422, JSON.stringify(body))
  return body.errors.map(({ pointer }: { pointer: string }) => pointer)
}

test('a saved query takes the centre of its cone as sexagesimal text, and keeps it in degrees', async () => {
  const saved = await service.post('/v1/queries', query)
  assert.equal(saved.status, 201, saved.text)
  assert.deepEqual(saved.body.parameters, { cone: inDegrees })
  const path = saved.headers.get('location') ?? ''
  const edited = await service.patch(path, { parameters: { cone: { dec: '+01 00 00' } } }, { 'if-match': '*' })
  assert.deepEqual(edited.body.parameters, { cone: { ...inDegrees, dec: 1 } })
  const renamed = await service.patch(path, { name: 'Renamed' }, { 'if-match': '*' })
  assert.deepEqual(renamed.body.parameters, edited.body.parameters)
})

test('a run without a saved query takes it as well', async () => {
  const run = await service.post('/v1/runs', { brokerId: 'paged-broker', parameters: { cone } })
  assert.equal(run.status, 202, run.text)
  assert.deepEqual(run.body.parameters, { cone: inDegrees })
})

test('the cone of what alerts set off takes it, when it is saved and when it is edited', async () => {
  const saved = await service.post('/v1/queries', { ...query, onAlert: { createTargets: { when: { cone } } } })
  assert.equal(saved.status, 201, saved.text)
  assert.deepEqual(saved.body.onAlert.createTargets.when, { cone: inDegrees })
  const change = { onAlert: { createTargets: { when: { cone: { ra: '12:00:00' } } } } }
  const edited = await service.patch(saved.headers.get('location') ?? '', change, { 'if-match': '*' })
  assert.deepEqual(edited.body.onAlert.createTargets.when, { cone: { ...inDegrees, ra: 180 } })
})

test('text that is no angle is refused where it stands, beside all else that is wrong', async () => {
  const wrong = { ra: '25:00:00', dec: '-20:30:15', radius: -1 }
  assert.deepEqual(pointersOf(await service.post('/v1/queries', { ...query, parameters: { cone: wrong } })), [
    '/parameters/cone/ra',
    '/parameters/cone/radius'
  ])
  const onAlert = { createTargets: { when: { cone: { ...cone, dec: 'south' } } } }
  assert.deepEqual(pointersOf(await service.post('/v1/queries', { ...query, onAlert })), ['/onAlert/createTargets/when/cone/dec'])
  assert.deepEqual(pointersOf(await service.post('/v1/runs', { brokerId: 'paged-broker', parameters: { cone: wrong } })), [
    '/parameters/cone/ra',
    '/parameters/cone/radius'
  ])
})

test('the schema of the parameters says so', async () => {
  const { body } = await service.get('/v1/brokers/paged-broker')
  assert.deepEqual(body.parameters.properties.cone.properties.ra.type, ['number', 'string'])
  assert.match(body.parameters.properties.cone.properties.dec.description, /-20:30:15/)
})
