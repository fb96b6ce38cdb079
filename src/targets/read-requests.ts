import { findStoredAlerts, type StoredAlert } from '../alerts/store.ts'
import type { Registry } from '../broker-kit/registry.ts'
import type { Queryable } from '../database.ts'
import { type Reading, readCreation } from './check-target.ts'
import { brokersThatDraft, describeAlert } from './describe-alert.ts'
import { findLists } from './lists/store.ts'
import type { NewTarget, TargetDescription } from './new-target-schemas.ts'
import type { History } from './plan-store.ts'
import { toWanted, type Wanted } from './settle-targets.ts'

/** A request for a target, and what is known beside it. */
export interface TargetRequest {
  /** What POST /v1/targets takes; not checked yet. */
  readonly body: unknown
  /** Lists that are there, and that the target goes into. */
  readonly listIds?: readonly string[]
  readonly history?: History
}

interface Reader {
  readonly db: Queryable
  readonly registry: Registry
  /** Positions closer than this are the same, where a request does not say [arcsec]. */
  readonly matchRadius: number
}

/** Reads requests for targets, with the alerts and lists that they name, or says all that is wrong with them. */
export async function readRequests(reader: Reader, requests: readonly TargetRequest[]): Promise<Reading<Wanted>[]> {
  const { db, registry } = reader
  const readings = requests.map(({ body }) => readCreation(body))
  const alertIds = readings.flatMap(({ value }) => (value && 'alertId' in value ? value.alertId : []))
  const alerts = await findStoredAlerts(db, alertIds, brokersThatDraft(registry))
  const lists = await findLists(
    db,
    readings.flatMap(({ value }) => value?.listId ?? [])
  )
  return readings.map((reading, index) => {
    if (reading.complaints) return reading
    const { value } = reading
    const { onMatch = 'link', matchRadius = reader.matchRadius, listId } = value
    if (listId !== undefined && !lists.has(listId)) return { complaints: [{ pointer: '/listId', message: 'must be a target list' }] }
    const alert = 'alertId' in value ? alerts.get(value.alertId) : null
    const description = 'alertId' in value ? describe(registry, alert) : { value: withoutTerms(value) }
    if (description.complaints) return description
    const { listIds = [], history } = requests[index] ?? {}
    const terms = { onMatch, matchRadius, listIds: listId === undefined ? listIds : [listId, ...listIds], ...(history && { history }) }
    return { value: toWanted(description.value, { ...terms, alert: alert ?? null }) }
  })
}

function describe(registry: Registry, alert: StoredAlert | null | undefined): Reading<TargetDescription> {
  return alert ? describeAlert(registry, alert) : { complaints: [{ pointer: '/alertId', message: 'must be a stored alert' }] }
}

function withoutTerms({ onMatch: _, matchRadius: __, listId: ___, ...description }: NewTarget): TargetDescription {
  return description
}
