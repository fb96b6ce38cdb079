import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startService } from '../helpers/service.ts'
import { startUpstream } from '../helpers/upstream.ts'

const header = '#Name, Date, RaDeg, DecDeg, AlertMag, HistoricMag, HistoricStdDev, Class, Published, Comment, TNSid'
const whole =
  'Gaia21aab,2021-09-07 02:07:38,0,-39.25,18.70,20.22,0.64,"SN Ia",2021-09-09 08:19:08,"a ""bright"" one,\nof two lines é",AT2021aaa'
const broken = 'Gaia21aac,2021-09-07 02:07:38,111'

test('rows of a table are alerts and rejections whose raw text is the row, and make targets', async () => {
  const body = `${header}\n${whole}\n${broken}\n`
  await using upstream = await startUpstream({ 'GET /alerts.csv': { body, headers: { 'content-type': 'text/csv' } } })
  const service = await startService({ variables: { BROKER_GAIA_BASE_URL: upstream.url } })
  try {
    const run = await service.post('/v1/runs', { brokerId: 'gaia', parameters: {} }, { prefer: 'wait=20' })
    assert.deepEqual([run.body.status, run.body.counts.new, run.body.counts.rejected], ['succeeded', 1, 1])
    const { body: page } = await service.get(`/v1/runs/${run.body.id}/alerts`)
    const [alert] = page.items
    const raw = await service.get(`/v1/alerts/${alert.id}/raw`)
    assert.equal(raw.text, whole)
    assert.equal(raw.headers.get('content-type'), 'text/csv; charset=utf-8')
    const { body: rejections } = await service.get(`/v1/runs/${run.body.id}/rejections`)
    assert.deepEqual(
      rejections.items.map(({ reason, raw, rawType }: Record<string, string>) => ({ reason, raw, rawType })),
      [{ reason: 'has 3 fields where the header has 11', raw: broken, rawType: 'text/csv' }]
    )
    const target = await service.post('/v1/targets', { alertId: alert.id })
    assert.deepEqual([target.status, target.body.name, target.body.ra, target.body.dec], [201, 'Gaia21aab', 0, -39.25])
    const live = await service.get('/v1/brokers/gaia/alerts/Gaia21aab')
    assert.equal(live.text, whole)
  } finally {
    await service.close()
  }
})
