import { maskOf } from '../broker-kit/context.ts'
import { isBrokerError } from '../broker-kit/errors.ts'
import { parseLossless } from '../broker-kit/lossless-json.ts'
import type { InstalledBroker } from '../broker-kit/registry.ts'
import { retirementOf } from '../broker-kit/retirement.ts'
import { type RunCall, UpstreamFailure } from '../runs/run-kind.ts'
import { objectsOfTarget, type RawTargetAlert, rawAlertsOfTarget } from '../targets/object-store.ts'
import { type CurveBuilder, createCurve, type LightCurve } from './light-curve.ts'

const rawAlertsAtOnce = 50

/**
 * Yields the light curve of a target as one broker tells it: what the stored alerts carry, then what the broker says
 * now, which counts more. What came before a failure is yielded before it is thrown.
 */
export async function* gatherCurve(call: RunCall, targetId: string): AsyncGenerator<LightCurve> {
  const { run, broker } = call
  const curve = createCurve(run.brokerId, run.capAlerts)
  try {
    if (broker.module.photometryOf) await addCarried(call, targetId, curve)
    if (broker.module.fetchPhotometry && mayAsk(call)) await addFetched(call, targetId, curve)
  } catch (error) {
    if (curve.size() > 0) yield curve.build()
    throw error
  }
  yield curve.build()
}

function mayAsk({ broker, feedback }: RunCall): boolean {
  const { module, missingSettings } = broker
  const unset = missingSettings.length > 0 ? `The operator has not set ${missingSettings.join(', ')}.` : null
  const reason = retirementOf(broker) ?? unset
  if (reason === null) return true
  feedback(`${module.name} was not asked; these points come from its stored alerts. ${reason}`)
  return false
}

/** Adds what the alerts that the target keeps say by themselves. */
async function addCarried({ run: { brokerId }, broker, database, feedback }: RunCall, targetId: string, curve: CurveBuilder) {
  let unreadable = 0
  let after: string | null = null
  do {
    const alerts: RawTargetAlert[] = await rawAlertsOfTarget(database.pool, { targetId, brokerId, after, limit: rawAlertsAtOnce })
    for (const alert of alerts) {
      const points = pointsOf(broker, alert)
      if (points === null) unreadable++
      for (const point of points ?? []) if (!curve.add(point)) return
    }
    after = alerts.length < rawAlertsAtOnce ? null : (alerts.at(-1)?.alertId ?? null)
  } while (after !== null)
  if (unreadable > 0) feedback(`The light curves of ${unreadable} stored alerts could not be read.`)
}

/** Null when the module can no longer read what an older one stored. */
function pointsOf({ module, alertComplaints }: InstalledBroker, { raw, rawType }: RawTargetAlert): readonly unknown[] | null {
  if (!/[/+]json\b/.test(rawType)) return null
  try {
    const alert = parseLossless(raw)
    return alertComplaints(alert).length === 0 ? (module.photometryOf?.(alert) ?? null) : null
  } catch {
    return null
  }
}

/** Adds what the broker says now of each object that the target is. */
async function addFetched(
  { run: { brokerId }, broker, database, createContext, feedback }: RunCall,
  targetId: string,
  curve: CurveBuilder
) {
  const { module } = broker
  for (const objectId of await objectsOfTarget(database.pool, { targetId, brokerId })) {
    const context = createContext()
    try {
      for await (const point of module.fetchPhotometry?.(objectId, context) ?? []) if (!curve.add(point)) return
    } catch (thrown) {
      context.signal.throwIfAborted()
      const cause = maskOf(broker).thrown(thrown)
      if (!isBrokerError(cause) || cause.kind !== 'not-found') throw new UpstreamFailure('The module threw.', { cause })
      feedback(`${module.name} has no light curve of ${objectId}.`)
    }
  }
}
