import { randomBytes, randomInt } from 'node:crypto'
import { v7 as uuidv7 } from 'uuid'
import { type AlertToStore, alertRows, moveKeys, type NewestContent, storeAlerts, takeKeys } from '../alerts/recording-store.ts'
import { type Database, inTransaction } from '../database.ts'
import { type Choice, chooseItems } from './choose-items.ts'
import type { AlertItem, RunItem } from './normalise-alert.ts'
import { addToRun, type Fence } from './progress-store.ts'
import {
  findSeen,
  lockRun,
  markSeen,
  type Recorded,
  type RunAlertToStore,
  type RunProgress,
  storeRejections,
  storeRunAlerts
} from './recording-store.ts'
import { setOff } from './set-off.ts'

/** A batch of a run, with what the module said about it. */
export interface BatchToRecord {
  readonly fence: Fence
  readonly brokerId: string
  readonly items: readonly RunItem[]
  /** Newest checkpoint of the module, all of whose alerts are in this batch or recorded before. */
  readonly checkpoint: string | null
  readonly feedback: readonly string[]
  /** Whether it is the last one, and ends the run. */
  readonly isLast?: boolean
}

/** Records a batch in one transaction that belongs to one attempt of the run; the number of statements does not depend on its size. */
export function recordRun(database: Database, batch: BatchToRecord): Promise<Recorded> {
  return inTransaction(database.pool, async (client, commit) => {
    const { fence, brokerId, items, checkpoint, feedback, isLast = false } = batch
    const progress = await lockRun(client, fence)
    if (progress === null) return { fenced: true }
    const hashes = items.map(({ itemHash }) => itemHash)
    const seen = progress.lastPosition === 0n ? new Map<string, number>() : await findSeen(client, fence.runId, hashes)
    const choice = chooseItems({ items, seen, attempt: fence.attempt, progress })
    await markSeen(
      client,
      fence,
      choice.replayed.map(({ itemHash }) => itemHash)
    )
    const { alerts, rejections } = inPlace(choice, progress)
    const taking = alerts.length === 0 ? new Map<string, NewestContent>() : takeKeys(client, brokerId, alerts)
    // Made while PostgreSQL takes the keys: mostly, all of them are new.
    const allRows = alertRows(alerts)
    const settled = settle(alerts, await taking)
    const rows = settled.toStore.length === alerts.length ? allRows : alertRows(settled.toStore)
    const { repeated, bytes, truncatedBy } = choice
    const outcomes = { ...settled.outcomes, rejected: rejections.length, repeated }
    const lastPosition = progress.lastPosition + BigInt(choice.fresh.length)
    const totals = { ...outcomes, bytes, lastPosition, truncatedBy, checkpoint, feedback, newestAlertAt: newestOf(alerts) }
    // None of these needs the answer of another: they are sent together with COMMIT, and PostgreSQL runs them in this order.
    const stored = [
      storeAlerts(client, { brokerId, runId: fence.runId }, rows),
      moveKeys(client, brokerId, settled.moves),
      storeRunAlerts(client, fence, settled.runAlerts),
      setOff(client, { runId: fence.runId, progress }, settled.runAlerts),
      storeRejections(client, fence, rejections)
    ]
    const added = addToRun(client, fence, totals, isLast ? { error: null, truncatedBy, feedback: [] } : null)
    const [told] = await Promise.all([added, ...stored, commit()])
    return { fenced: false, truncatedBy, room: roomLeft(progress, choice), outcomes, ended: isLast ? told : null }
  })
}

interface PlacedAlert extends AlertToStore {
  readonly position: bigint
  readonly item: AlertItem
}

/** Gives the fresh items their places in the run, in the order in which they came, and ids of PostgreSQL's time in the same order. */
function inPlace({ fresh }: Choice, { lastPosition, now: msecs }: RunProgress) {
  const placed = fresh.map((item, index) => ({ item, position: lastPosition + BigInt(index + 1) }))
  const sequence = randomInt(2 ** 31)
  const random = randomBytes(16 * placed.length)
  const alerts = placed.flatMap(({ item, position }, index): PlacedAlert[] =>
    'generic' in item
      ? [{ ...item, item, position, alertId: uuidv7({ msecs, seq: sequence + index, random: random.subarray(16 * index) }) }]
      : []
  )
  const rejections = placed.flatMap(({ item, position }) => ('reason' in item ? [{ item, position }] : []))
  return { alerts, rejections }
}

/** Decides for each alert what it is: new, changed, or known to the service already. Takes over `newest`. */
function settle(alerts: readonly PlacedAlert[], newest: Map<string, NewestContent>) {
  const outcomes = { new: 0, changed: 0, duplicate: 0 }
  const toStore: AlertToStore[] = []
  const moves = new Map<string, NewestContent>()
  const runAlerts = alerts.map((alert): RunAlertToStore => {
    const known = newest.get(alert.generic.id)
    const outcome = known === undefined || known.alertId === alert.alertId ? 'new' : outcomeOf(known, alert)
    outcomes[outcome]++
    // Known, but soon gone: it stays a duplicate, of which the service stores a copy that lasts as long as this run.
    const isKept = outcome === 'duplicate' && known !== undefined && !known.isStale
    if (isKept) return { position: alert.position, item: alert.item, alertId: known.alertId, outcome }
    toStore.push(alert)
    if (outcome !== 'new') {
      moves.set(alert.generic.id, alert)
      newest.set(alert.generic.id, alert)
    }
    return { position: alert.position, item: alert.item, alertId: alert.alertId, outcome }
  })
  return { outcomes, toStore, moves, runAlerts }
}

function outcomeOf(known: NewestContent, alert: AlertToStore): 'changed' | 'duplicate' {
  return known.contentHash.equals(alert.contentHash) ? 'duplicate' : 'changed'
}

function newestOf(alerts: readonly PlacedAlert[]): Date | null {
  const times = alerts.flatMap(({ generic: { timestamp } }) => (timestamp === null ? [] : Date.parse(timestamp)))
  return times.length === 0 ? null : new Date(Math.max(...times))
}

function roomLeft({ capAlerts, received }: RunProgress, { fresh }: Choice): number | null {
  return capAlerts === null ? null : capAlerts - received - fresh.length
}
