import type { Registry } from '../broker-kit/registry.ts'
import { conditionComplaints } from '../domain/alert-condition.ts'
import { scheduleComplaints } from '../domain/schedule.ts'
import type { Complaint } from '../domain/schema.ts'
import { invalid } from '../http/problems.ts'
import { isOnAlert } from './schemas.ts'

/** The parts of a query that are checked; those that are left out are not. */
interface QueryParts {
  readonly asked?: { readonly brokerId: string; readonly parameters: unknown }
  readonly schedule?: unknown
  readonly onAlert?: unknown
}

/** Throws 422 when a query asks a broker that is not installed or what it does not take, or when its schedule or `onAlert` is none. */
export function checkQuery(registry: Registry, { asked, schedule, onAlert }: QueryParts): void {
  const complaints = [
    ...(asked === undefined ? [] : questionComplaints(registry, asked)),
    ...under('/schedule', schedule === undefined || schedule === null ? [] : scheduleComplaints(schedule)),
    ...under('/onAlert', onAlert === undefined || onAlert === null ? [] : onAlertComplaints(onAlert))
  ]
  if (complaints.length > 0) throw invalid(complaints, 'The query cannot be saved.')
}

function questionComplaints(registry: Registry, { brokerId, parameters }: NonNullable<QueryParts['asked']>): Complaint[] {
  const broker = registry.get(brokerId)
  if (broker === undefined) return [{ pointer: '/brokerId', message: `must be an installed broker: ${[...registry.keys()].join(', ')}` }]
  return under('/parameters', broker.parameterComplaints(parameters))
}

function onAlertComplaints(onAlert: unknown): Complaint[] {
  if (!isOnAlert(onAlert)) return isOnAlert.complaints(onAlert)
  return under('/createTargets/when', conditionComplaints(onAlert.createTargets.when ?? {}))
}

function under(parent: string, complaints: readonly Complaint[]): Complaint[] {
  return complaints.map(({ pointer, message }) => ({ pointer: `${parent}${pointer}`, message }))
}
