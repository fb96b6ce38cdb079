import { readParameters } from '../broker-kit/read-parameters.ts'
import type { Registry } from '../broker-kit/registry.ts'
import { conditionComplaints } from '../domain/alert-condition.ts'
import { readCone } from '../domain/cone.ts'
import { scheduleComplaints } from '../domain/schedule.ts'
import type { Complaint } from '../domain/schema.ts'
import { invalid } from '../http/problems.ts'
import { isOnAlert } from './schemas.ts'

/** The parts of a query that are read; those that are left out are not. */
interface QueryParts<Parameters, Action> {
  readonly asked?: { readonly brokerId: string; readonly parameters: Parameters }
  readonly schedule?: unknown
  readonly onAlert?: Action | undefined
}

/** What a part of a query says, and all that is wrong with it. */
interface Read<T> {
  readonly value: T
  readonly complaints: readonly Complaint[]
}

/**
 * Reads what a query asks and what its alerts set off: in degrees where positions are sexagesimal text. Throws 422 when it
 * asks a broker that is not installed or what that does not take, or when its schedule or `onAlert` is none.
 */
export function readQuery<Parameters, Action>(
  registry: Registry,
  { asked, schedule, onAlert }: QueryParts<Parameters, Action>
): { readonly parameters: Parameters | undefined; readonly onAlert: Action | undefined } {
  const question = asked && readQuestion(registry, asked)
  const action = readOnAlert(onAlert)
  const complaints = [
    ...(question?.complaints ?? []),
    ...under('/schedule', schedule === undefined || schedule === null ? [] : scheduleComplaints(schedule)),
    ...under('/onAlert', action.complaints)
  ]
  if (complaints.length > 0) throw invalid(complaints, 'The query cannot be saved.')
  return { parameters: question?.value, onAlert: action.value }
}

function readQuestion<P>(registry: Registry, { brokerId, parameters }: { brokerId: string; parameters: P }): Read<P> {
  const broker = registry.get(brokerId)
  if (broker === undefined) {
    const message = `must be an installed broker: ${[...registry.keys()].join(', ')}`
    return { value: parameters, complaints: [{ pointer: '/brokerId', message }] }
  }
  const { value, complaints } = readParameters(broker, parameters)
  return { value, complaints: under('/parameters', complaints) }
}

function readOnAlert<A>(onAlert: A): Read<A> {
  if (onAlert === undefined || onAlert === null) return { value: onAlert, complaints: [] }
  if (!isOnAlert(onAlert)) return { value: onAlert, complaints: isOnAlert.complaints(onAlert) }
  const { when } = onAlert.createTargets
  if (when === undefined) return { value: onAlert, complaints: [] }
  const { value, complaints } = readCone(when)
  const read = { ...onAlert, createTargets: { ...onAlert.createTargets, when: value } }
  return { value: read, complaints: under('/createTargets/when', [...complaints, ...conditionComplaints(value)]) }
}

function under(parent: string, complaints: readonly Complaint[]): Complaint[] {
  return complaints.map(({ pointer, message }) => ({ pointer: `${parent}${pointer}`, message }))
}
