import type { InstalledBroker, Registry } from '../broker-kit/registry.ts'
import { isRetired } from '../broker-kit/retirement.ts'
import { queryableOf, type Transaction } from '../database.ts'
import type { Origin } from '../http/origin.ts'
import { conflict, notFound } from '../http/problems.ts'
import { createRun, type RunRow } from '../runs/store.ts'
import { brokersOfTarget } from '../targets/object-store.ts'
import { findTarget } from '../targets/store.ts'
import type { PhotometryParameters } from './photometry-runs.ts'

/** Most points that one broker may tell of one target [count]. */
const pointsCap = 100_000

interface Refresh {
  readonly registry: Registry
  readonly origin: Origin
  readonly targetId: string
  /** The one broker to ask; undefined asks all that can tell. */
  readonly brokerId: string | undefined
}

/** Queues a run for each broker that knows the target and can tell of its light; throws 404 where there is no target, 409 where there is nobody to ask. */
export async function refreshPhotometry(tx: Transaction, { registry, origin, targetId, brokerId }: Refresh): Promise<RunRow[]> {
  if ((await findTarget(tx, targetId)) === undefined) throw notFound('target', targetId)
  const known = await brokersOfTarget(tx, targetId)
  const asked = known.filter(id => canTell(registry.get(id)) && (brokerId === undefined || id === brokerId))
  if (asked.length === 0) throw conflict(`${brokerId === undefined ? 'No broker' : `'${brokerId}' is none that`} ${reason(known)}`)
  const runs: RunRow[] = []
  for (const id of asked) {
    const parameters: PhotometryParameters = { targetId }
    const caps = { alerts: pointsCap, bytes: null, seconds: null }
    runs.push(
      await createRun(queryableOf(tx), { kind: 'photometry', queryId: null, queryName: null, brokerId: id, parameters, caps, ...origin })
    )
  }
  return runs
}

function canTell(broker: InstalledBroker | undefined): boolean {
  if (broker === undefined) return false
  const { module, missingSettings } = broker
  return module.photometryOf !== undefined || (module.fetchPhotometry !== undefined && missingSettings.length === 0 && !isRetired(broker))
}

function reason(known: readonly string[]): string {
  const senders = known.length === 0 ? 'it has no alerts of any broker' : `its alerts came from ${known.join(', ')}`
  return `can tell the light curve of this target: ${senders}; see the capability \`photometry\`, the status and the missing settings in /v1/brokers.`
}
