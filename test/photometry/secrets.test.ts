import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type AnyBrokerModule, Type } from '../../src/broker-kit/index.ts'
import { insertAlertRows } from '../helpers/alert-rows.ts'
import { curveBroker } from '../helpers/curve-broker.ts'
import { startService } from '../helpers/service.ts'

const secret = 'example-secret-of-the-curve'
const module: AnyBrokerModule = {
  ...curveBroker('curve-broker', 'http://127.0.0.1:9/'),
  settings: Type.Object({ apiToken: Type.String({ writeOnly: true, description: 'Token.' }) }),
  // biome-ignore lint/correctness/useYield: it fails before its first point
  async *fetchPhotometry(_objectId, { settings }) {
    throw new Error(`No light curve with the token ${settings['apiToken']}.`)
  }
}

async function refreshWith(variables: Record<string, string>, installed = module) {
  const service = await startService({ modules: [installed], variables })
  try {
    const [alertId] = await insertAlertRows(service.database.pool, [{ name: 'OBJ1', ra: 1, dec: 1, brokerId: 'curve-broker' }])
    const { body: target } = await service.post('/v1/targets', { alertId })
    const { text, body } = await service.post(`/v1/targets/${target.id}/photometry/refresh`, undefined, { prefer: 'wait=30' })
    return { text, run: body.runs[0] }
  } finally {
    await service.close()
  }
}

test('what a module throws shows no secret', async () => {
  const { text, run } = await refreshWith({ BROKER_CURVE_BROKER_API_TOKEN: secret })
  assert.deepEqual([run.status, run.error.kind], ['failed', 'module-failed'])
  assert.equal(run.error.detail, 'The broker module failed: No light curve with the token ***.')
  assert.ok(!text.includes(secret))
})

test('a broker whose settings are missing is not asked, and the run says so', async () => {
  const { run } = await refreshWith({})
  assert.equal(run.status, 'succeeded')
  assert.match(
    run.feedback.join(' '),
    /curve-broker was not asked; these points come from its stored alerts. The operator has not set apiToken/
  )
})

test('a broker that is retired is not asked, and the run says so', async () => {
  const { run } = await refreshWith(
    {},
    { ...curveBroker('curve-broker', 'http://127.0.0.1:9/'), retired: { since: '2025-01-01', use: 'antares' } }
  )
  assert.equal(run.status, 'succeeded')
  assert.match(run.feedback.join(' '), /curve-broker was not asked.* curve-broker is gone since 2025-01-01: use antares/)
})
