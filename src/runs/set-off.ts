import { holdsFor } from '../domain/alert-condition.ts'
import type { CreateTarget } from '../outbox/create-target.ts'
import { isOnAlert } from '../queries/schemas.ts'
import { findRule, setOffTargets } from './on-alert-store.ts'
import type { RunAlertToStore } from './recording-store.ts'

type Client = Parameters<typeof findRule>[0]

/** Sets off what the query of a run wants of its alerts, in the transaction that records them. */
export async function setOff(client: Client, runId: string, alerts: readonly RunAlertToStore[]): Promise<void> {
  if (alerts.length === 0) return
  const rule = await findRule(client, runId)
  if (rule === undefined || !isOnAlert(rule.onAlert)) return
  const { queryId, createdBy: caller, now } = rule
  const { when = {}, ...wishes } = rule.onAlert.createTargets
  const terms: Omit<CreateTarget, 'alertId'> = { ...wishes, runId, caller }
  const meeting = alerts
    .filter(({ item }) => holdsFor(when, item.generic, now))
    .map(({ alertId, outcome, item: { generic } }) => ({
      alertId,
      objectKey: generic.objectId ?? generic.name,
      isKnown: outcome === 'duplicate'
    }))
  await setOffTargets(client, { queryId, runId, terms, alerts: meeting })
}
