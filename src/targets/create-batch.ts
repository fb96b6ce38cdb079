import { Type } from '@sinclair/typebox'
import type { Database } from '../database.ts'
import { CursorInteger, decodeCursor, encodeCursor } from '../http/pagination.ts'
import { invalid } from '../http/problems.ts'
import { listRunAlertIds } from '../runs/result-store.ts'
import { findRun, isEnded } from '../runs/store.ts'
import { mostTargets, type TargetBatch, type TargetBatchResult, type TargetOutcome, type TargetsOfRun } from './batch-schemas.ts'
import { type Creation, createTargets, type Outcome } from './create-targets.ts'
import { findLists } from './lists/store.ts'
import type { TargetTerms } from './new-target-schemas.ts'
import type { TargetRequest } from './read-requests.ts'

const StepCursor = Type.Tuple([Type.Literal('run targets'), CursorInteger])

/** Targets to make, and how a run goes on behind them. */
export interface Batch {
  readonly requests: readonly TargetRequest[]
  readonly listId: string | undefined
  readonly runId: string | null
  readonly next: string | null
}

/** Reads which targets a request asks for; throws 422 for a run that there is not. */
export async function readBatch(pool: Database['pool'], batch: TargetBatch): Promise<Batch> {
  if ('runId' in batch) return alertsOfRun(pool, batch)
  const outside = { listId: batch.listId, runId: null, next: null }
  if ('items' in batch) {
    const { items, ...terms } = batch
    return { ...outside, requests: items.map(item => ({ body: withTerms(item, terms) })) }
  }
  const { alertIds, ...terms } = batch
  return { ...outside, requests: alertIds.map(alertId => ({ body: { ...terms, alertId } })) }
}

async function alertsOfRun(pool: Database['pool'], batch: TargetsOfRun): Promise<Batch> {
  const { runId, cursor, limit = mostTargets, ...terms } = batch
  const after = cursor === undefined ? 0n : BigInt(decodeCursor(cursor, StepCursor)[1])
  // Asked before the alerts are read: what was recorded before the end is then among them.
  const run = await findRun(pool, runId)
  if (run === null) throw invalid([{ pointer: '/runId', message: 'must be a run' }])
  const found = await listRunAlertIds(pool, { runId, after, limit: limit + 1 })
  const step = found.slice(0, limit)
  const isWhole = isEnded(run) && found.length <= limit
  const next = isWhole ? null : encodeCursor(['run targets', step.at(-1)?.position ?? after])
  return { requests: step.map(({ alertId }) => ({ body: { ...terms, alertId } })), listId: batch.listId, runId, next }
}

/** Makes many targets, and tells of each what became of it; throws 422 for a list that there is not. */
export async function createBatch(creation: Omit<Creation, 'runId'>, batch: Batch): Promise<TargetBatchResult> {
  const { requests, listId, runId, next } = batch
  const lists = await findLists(creation.db, listId === undefined ? [] : [listId])
  if (listId !== undefined && !lists.has(listId)) throw invalid([{ pointer: '/listId', message: 'must be a target list' }])
  return resultOf(requests, { outcomes: await createTargets({ ...creation, runId }, requests), next })
}

/** What is no object stays as it is, and is refused as such. */
function withTerms(item: unknown, terms: TargetTerms): unknown {
  return typeof item === 'object' && item !== null && !Array.isArray(item) ? { ...terms, ...item } : item
}

function resultOf(
  requests: readonly TargetRequest[],
  { outcomes, next }: { readonly outcomes: readonly Outcome[]; readonly next: string | null }
): TargetBatchResult {
  const items = outcomes.map((outcome, index) => ({ index, alertId: alertIdOf(requests[index]?.body), ...toOutcome(outcome) }))
  const count = (wanted: TargetOutcome['outcome']) => items.filter(({ outcome }) => outcome === wanted).length
  return { created: count('created'), linked: count('linked'), rejected: count('rejected'), items, next }
}

function alertIdOf(body: unknown): string | null {
  if (typeof body !== 'object' || body === null || !('alertId' in body)) return null
  return typeof body.alertId === 'string' ? body.alertId : null
}

function toOutcome(outcome: Outcome): Omit<TargetOutcome, 'index' | 'alertId'> {
  const nothing = { targetId: null, match: null, reason: null, errors: [], matches: [] }
  if (outcome.kind === 'created') return { ...nothing, outcome: 'created', targetId: outcome.targetId }
  if (outcome.kind === 'linked') return { ...nothing, outcome: 'linked', targetId: outcome.targetId, match: outcome.match }
  if (outcome.kind === 'refuse') return { ...nothing, outcome: 'rejected', reason: outcome.detail, matches: [...outcome.matches] }
  return { ...nothing, outcome: 'rejected', reason: 'It makes no target.', errors: [...outcome.complaints] }
}
