import type { Registry } from '../../broker-kit/registry.ts'
import { queryableOf, type Transaction } from '../../database.ts'
import { type CreateTarget, createTargetTopic, isCreateTarget } from '../../outbox/create-target.ts'
import type { Topic } from '../../outbox/deliver.ts'
import type { Delivery } from '../../outbox/store.ts'
import { createTargets, type Outcome } from '../create-targets.ts'
import { ensureLists } from '../lists/store.ts'
import type { TargetRequest } from '../read-requests.ts'
import { repeatOnRace } from '../repeat-on-race.ts'
import { type SettledTarget, settleQueryTargets } from './store.ts'

interface Making {
  readonly registry: Registry
  /** Positions closer than this are the same, where a query does not say [arcsec]. */
  readonly matchRadius: number
}

/** Makes targets of the alerts that met the conditions of their query. */
export function targetsOnAlert(making: Making): Topic {
  return {
    name: createTargetTopic,
    groupOf: ({ id, payload }) => (isCreateTarget(payload) ? JSON.stringify([payload.runId, payload.caller]) : id),
    deliver: (tx, deliveries) => makeTargets(tx, making, deliveries),
    park: (tx, { id }, detail) => settleQueryTargets(tx, [{ id, outcome: 'failed', targetId: null, detail }]),
    repeat: repeatOnRace
  }
}

async function makeTargets(tx: Transaction, making: Making, deliveries: readonly Delivery[]): Promise<void> {
  const wishes = deliveries.map(wishOf)
  const [first] = wishes
  if (first === undefined) return
  const { caller, runId } = first
  const db = queryableOf(tx)
  const lists = await ensureLists(
    db,
    wishes.flatMap(({ listName }) => listName ?? []),
    caller
  )
  const requests = wishes.map(({ alertId, onMatch, matchRadius, listName }): TargetRequest => {
    const listId = listName === undefined ? undefined : lists.get(listName)
    const terms = { ...(onMatch !== undefined && { onMatch }), ...(matchRadius !== undefined && { matchRadius }) }
    return { body: { alertId, ...terms }, listIds: listId === undefined ? [] : [listId] }
  })
  const outcomes = await createTargets({ db, ...making, caller, runId }, requests)
  await settleQueryTargets(
    tx,
    deliveries.map(({ id }, index) => toSettled(id, outcomes[index]))
  )
}

function wishOf({ payload }: Delivery): CreateTarget {
  if (!isCreateTarget(payload)) throw new Error('The outbox holds something that does not say what is to become a target.')
  return payload
}

function toSettled(id: string, outcome: Outcome | undefined): SettledTarget {
  if (outcome === undefined || outcome.kind === 'unfit') {
    const complaints = outcome?.complaints.map(({ message }) => message) ?? []
    return { id, outcome: 'refused', targetId: null, detail: `The alert ${complaints.join('; ')}.` }
  }
  if (outcome.kind !== 'refuse') return { id, outcome: outcome.kind, targetId: outcome.targetId, detail: null }
  const names = outcome.matches.map(({ name }) => name).join(', ')
  return { id, outcome: 'refused', targetId: null, detail: `${outcome.detail} It is like ${names}.` }
}
