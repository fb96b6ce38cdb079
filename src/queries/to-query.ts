import type { Registry } from '../broker-kit/registry.ts'
import { isSchedule } from '../domain/schedule.ts'
import { isOnAlert, type Query } from './schemas.ts'
import type { StoredQuery } from './store.ts'

/** Shows a stored query as the API does. */
export function toQuery(registry: Registry, stored: StoredQuery): Query {
  const { id, name, brokerId, parameters, createdBy, schedule, skippedAt, skippedReason, onAlert } = stored
  return {
    id,
    name,
    brokerId,
    brokerInstalled: registry.has(brokerId),
    parameters,
    createdBy,
    createdAt: stored.createdAt.toISOString(),
    modifiedAt: stored.modifiedAt.toISOString(),
    lastRunAt: stored.lastRunAt?.toISOString() ?? null,
    schedule: isSchedule(schedule) ? schedule : null,
    nextRunsAt: stored.nextRunsAt.map(time => time.toISOString()),
    lastSkipped: skippedAt && { at: skippedAt.toISOString(), reason: skippedReason ?? '' },
    newestAlertAt: stored.newestAlertAt?.toISOString() ?? null,
    onAlert: isOnAlert(onAlert) ? onAlert : null
  }
}
