import assert from 'node:assert/strict'
import { curveBroker } from './curve-broker.ts'
import { type Answer, type Service, startService } from './service.ts'
import { startUpstream, type UpstreamRoutes } from './upstream.ts'

/** A service with made-up brokers, and the targets that they sent alerts of. */
export interface CurveService extends Service {
  /** Each target once, in the order of the brokers. */
  readonly targetIds: readonly string[]
  /** The first target. */
  readonly targetId: string
  /** Brings the light curve of a target up to date, and answers the runs when they have ended. */
  refresh(brokerId?: string, targetId?: string): Promise<Answer['body'][]>
  /** The whole light curve of the first target. */
  curve(query?: string): Promise<Answer['body'][]>
}

/** Starts a service; each broker is a name and what its server answers. */
export async function startCurveService(brokers: Readonly<Record<string, UpstreamRoutes>>): Promise<CurveService> {
  const upstreams = await Promise.all(Object.values(brokers).map(routes => startUpstream(routes)))
  const brokerIds = Object.keys(brokers)
  const modules = brokerIds.map((id, index) => curveBroker(id, upstreams[index]?.url ?? ''))
  const service = await startService({ modules })
  const targetIds: string[] = []
  for (const brokerId of brokerIds) {
    const { body: run } = await service.post('/v1/runs', { brokerId, parameters: {} }, { prefer: 'wait=30' })
    assert.equal(run.status, 'succeeded', JSON.stringify(run))
    const { body: alerts } = await service.get(`/v1/runs/${run.id}/alerts`)
    const { body: target } = await service.post('/v1/targets', { alertId: alerts.items[0].id })
    if (!targetIds.includes(target.id)) targetIds.push(target.id)
  }
  const [targetId = ''] = targetIds
  const refresh = async (brokerId?: string, id = targetId) => {
    const path = `/v1/targets/${id}/photometry/refresh`
    const { status, body } = await service.post(path, brokerId === undefined ? undefined : { brokerId }, { prefer: 'wait=30' })
    assert.equal(status, 200, JSON.stringify(body))
    return body.runs
  }
  const curve = async (query = '') => (await service.get(`/v1/targets/${targetId}/photometry?limit=500${query}`)).body.items
  const close = async () => {
    await service.close()
    for (const upstream of upstreams) await upstream.close()
  }
  return { ...service, targetIds, targetId, refresh, curve, close }
}
