import { readParameters } from '../broker-kit/read-parameters.ts'
import type { InstalledBroker, Registry } from '../broker-kit/registry.ts'
import { retirementOf } from '../broker-kit/retirement.ts'
import type { Queryable } from '../database.ts'
import type { Complaint } from '../domain/schema.ts'
import type { Origin } from '../http/origin.ts'
import { conflict, invalid, notFound, Problem } from '../http/problems.ts'
import { findQueryToRun } from '../queries/store.ts'
import type { Reserve } from './reservation.ts'
import type { AdHocRun, Caps } from './schemas.ts'
import { createRun, type RunRow, type RunToCreate } from './store.ts'

const defaultAlertsCap = 100_000
/** What is newer than the newest alert, less this long, is new: alerts come late, and what comes twice is stored once [ms]. */
const overlapMilliseconds = 86_400_000

/** How a run begins. */
export interface Beginning {
  /** Where it may begin at once; left out: it queues. */
  readonly reserve?: Reserve | undefined
  /** Whether its end is waited for; left out: it is not. */
  readonly isAwaited?: boolean | undefined
}

interface Start extends Beginning {
  readonly registry: Registry
  readonly origin: Origin
  readonly caps?: Caps | undefined
}

interface QueryStart extends Start {
  readonly queryId: string
  /** Whether to ask only for what is newer than the newest alert of earlier runs. */
  readonly onlyNew?: boolean
  /** Time of the schedule that starts it. */
  readonly scheduledFor?: Date
}

/** Queues a run of a saved query; throws 404 for an unknown query, 409 when it cannot be run as it is. */
export async function startQueryRun(db: Queryable, start: QueryStart): Promise<RunRow> {
  const { registry, origin, caps, reserve, isAwaited, queryId, onlyNew = false, scheduledFor } = start
  const query = await findQueryToRun(db, queryId)
  if (query === null) throw notFound('query', queryId)
  const { name, brokerId, parameters, newestAlertAt } = query
  const broker = registry.get(brokerId)
  if (broker === undefined) throw conflict(`The query is for '${brokerId}', a broker whose module is not installed.`)
  const complaints = broker.parameterComplaints(parameters)
  if (complaints.length > 0)
    throw new Problem(409, 'The parameters of the query do not fit its broker any more: edit the query.', {
      errors: complaints.map(inParameters)
    })
  refuseUnready(broker)
  return putToWork(db, reserve, {
    queryId,
    queryName: name,
    brokerId,
    parameters: Object(parameters),
    caps: capsOf(broker, caps),
    ...(scheduledFor && { scheduledFor }),
    ...(onlyNew && newestAlertAt && { newerThan: new Date(newestAlertAt.getTime() - overlapMilliseconds) }),
    isAwaited,
    ...origin
  })
}

/** Queues a run without a saved query; throws 422 with pointers when it does not fit. */
export async function startAdHocRun(db: Queryable, start: Start & { request: AdHocRun }): Promise<RunRow> {
  const { registry, origin, reserve, isAwaited, request } = start
  const { brokerId, parameters, caps } = request
  const broker = registry.get(brokerId)
  if (broker === undefined) throw invalid([{ pointer: '/brokerId', message: `must be one of ${[...registry.keys()].join(', ')}` }])
  const { value, complaints } = readParameters(broker, parameters)
  if (complaints.length > 0) throw invalid(complaints.map(inParameters))
  refuseUnready(broker)
  return putToWork(db, reserve, {
    queryId: null,
    queryName: null,
    brokerId,
    parameters: value,
    caps: capsOf(broker, caps),
    isAwaited,
    ...origin
  })
}

/** Has a worker of this process begin the run when one has room; else puts it in the queue. */
async function putToWork(db: Queryable, reserve: Reserve | undefined, toCreate: RunToCreate): Promise<RunRow> {
  const room = reserve?.(toCreate.brokerId) ?? null
  if (room === null) return createRun(db, toCreate)
  const run = await createRun(db, { ...toCreate, isClaimed: true }).catch(error => {
    room.release()
    throw error
  })
  room.begin(run)
  return run
}

function inParameters({ pointer, message }: Complaint): Complaint {
  return { pointer: `/parameters${pointer}`, message }
}

function refuseUnready(broker: InstalledBroker): void {
  const { module, missingSettings } = broker
  const retirement = retirementOf(broker)
  if (retirement !== null) throw conflict(retirement)
  if (missingSettings.length > 0) throw conflict(`The operator has not set what '${module.id}' needs: ${missingSettings.join(', ')}.`)
}

/** An endless source has no cap unless one is asked for: it would stop for good. */
function capsOf({ module }: InstalledBroker, { alerts, bytes = null, seconds = null }: Caps = {}) {
  return { alerts: alerts === undefined ? (module.delivery === 'endless' ? null : defaultAlertsCap) : alerts, bytes, seconds }
}
