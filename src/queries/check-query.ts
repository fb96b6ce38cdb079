import type { Registry } from '../broker-kit/registry.ts'
import type { Complaint } from '../domain/schema.ts'
import { invalid } from '../http/problems.ts'

/** Throws 422 when a query asks a broker that is not installed, or asks it for what it does not take. */
export function checkQuery(registry: Registry, { brokerId, parameters }: { brokerId: string; parameters: unknown }): void {
  const complaints = queryComplaints(registry, { brokerId, parameters })
  if (complaints.length > 0) throw invalid(complaints, 'The query does not fit its broker.')
}

function queryComplaints(registry: Registry, { brokerId, parameters }: { brokerId: string; parameters: unknown }): Complaint[] {
  const broker = registry.get(brokerId)
  if (broker === undefined) return [{ pointer: '/brokerId', message: `must be an installed broker: ${[...registry.keys()].join(', ')}` }]
  return broker.parameterComplaints(parameters).map(({ pointer, message }) => ({ pointer: `/parameters${pointer}`, message }))
}
