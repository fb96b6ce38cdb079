import { holdsFor } from '../domain/alert-condition.ts'
import type { CreateTarget } from '../outbox/create-target.ts'
import { isOnAlert } from '../queries/schemas.ts'
import { setOffTargets } from './on-alert-store.ts'
import type { RunAlertToStore, RunProgress } from './recording-store.ts'

type Client = Parameters<typeof setOffTargets>[0]

interface Situation {
  readonly runId: string
  readonly progress: Pick<RunProgress, 'rule' | 'now'>
}

/** Sets off what the query of a run wants of its alerts, in the transaction that records them. */
export async function setOff(client: Client, { runId, progress }: Situation, alerts: readonly RunAlertToStore[]): Promise<void> {
  const { rule } = progress
  if (rule === null || !isOnAlert(rule.onAlert)) return
  const now = new Date(progress.now)
  const { queryId, createdBy: caller } = rule
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
