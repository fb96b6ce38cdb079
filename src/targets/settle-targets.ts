import type { StoredAlert } from '../alerts/store.ts'
import type { Queryable } from '../database.ts'
import { nameKey } from '../domain/name.ts'
import { findCommon, type Likeness } from './match-store.ts'
import { decide, positionOf, type Refusal } from './match-target.ts'
import type { OnMatch, TargetDescription } from './new-target-schemas.ts'
import { createPending, type Pending } from './pending-targets.ts'
import { emptyPlan, type History, type NameToStore, type Plan, writePlan } from './plan-store.ts'
import type { Match } from './schemas.ts'
import type { StoredTarget } from './store.ts'

/** A target that is wanted, and on what terms. */
export interface Wanted {
  readonly description: TargetDescription
  /** Its names in spellings that differ, the primary one first. */
  readonly names: readonly NameToStore[]
  readonly likeness: Likeness
  readonly alert: StoredAlert | null
  readonly onMatch: OnMatch
  readonly listIds: readonly string[]
  readonly history?: History
}

/** What becomes of a wanted target. */
export type Settled =
  | {
      readonly kind: 'created'
      readonly targetId: string
      /** As it is stored; told only where it is the only new one. */
      readonly target?: StoredTarget
    }
  | { readonly kind: 'linked'; readonly targetId: string; readonly match: Match }
  | Refusal

interface Terms {
  readonly alert: StoredAlert | null
  readonly onMatch: OnMatch
  /** Positions closer than this are the same [arcsec]. */
  readonly matchRadius: number
  readonly listIds: readonly string[]
  readonly history?: History
}

/** Makes a wish of the description of a target and of the terms on which it is wanted. */
export function toWanted(description: TargetDescription, { matchRadius, ...terms }: Terms): Wanted {
  const names = distinctNames([description.name, ...(description.aliases ?? [])])
  const place = description.type === 'SIDEREAL' ? positionOf(description) : null
  const cone = place && terms.onMatch !== 'create' ? { ...place, radius: matchRadius } : null
  return {
    ...terms,
    description,
    names,
    likeness: { alertId: terms.alert?.id ?? null, nameKeys: names.map(({ nameKey }) => nameKey), cone }
  }
}

/** One spelling of a name is enough: the first one. */
function distinctNames(names: readonly string[]): NameToStore[] {
  const spellings = new Map<string, string>()
  for (const name of names) {
    const key = nameKey(name)
    if (!spellings.has(key)) spellings.set(key, name)
  }
  return [...spellings].map(([nameKey, name]) => ({ name, nameKey }))
}

interface Settlement {
  readonly db: Queryable
  readonly caller: string
  /** Run in which the alerts came; null when it is not known. */
  readonly runId: string | null
}

/**
 * Makes the wanted targets, or finds those that exist and gives them the new names, as if one had been asked for after
 * the other: a wanted target also finds what those before it have made. Whoever calls holds the locks.
 */
export async function settle({ db, caller, runId }: Settlement, wanted: readonly Wanted[]): Promise<Settled[]> {
  const findings = await findCommon(
    db,
    wanted.map(({ likeness }) => likeness)
  )
  const widest = Math.max(0, ...wanted.map(({ likeness }) => likeness.cone?.radius ?? 0))
  const pending = createPending(findings, widest)
  const plan = emptyPlan()
  const settled = wanted.map((one, index) => settleOne(one, { index, pending, plan, caller, runId }))
  const made = await writePlan(db, plan)
  return made ? settled.map(one => (one.kind === 'created' ? { ...one, target: made } : one)) : settled
}

interface Round {
  readonly index: number
  readonly pending: Pending
  readonly plan: Plan
  readonly caller: string
  readonly runId: string | null
}

function settleOne(wanted: Wanted, round: Round): Settled {
  const { description, likeness, alert, onMatch, listIds } = wanted
  const wish = { position: likeness.cone ?? positionOf(description), type: alert ? null : description.type, onMatch }
  const decision = decide(round.pending.candidates(round.index, likeness), wish)
  if (decision.kind === 'refuse') return decision
  const targetId = decision.kind === 'create' ? create(wanted, round) : decision.match.targetId
  if (decision.kind === 'link') link(wanted, decision.match, round)
  for (const listId of listIds) round.plan.members.push({ listId, targetId })
  return decision.kind === 'create' ? { kind: 'created', targetId } : { kind: 'linked', targetId, match: decision.match }
}

function create({ description, names, likeness, alert, history }: Wanted, { pending, plan, caller, runId }: Round): string {
  const { aliases: _, extras = {}, ...row } = description
  const id = plan.newId()
  plan.targets.push({ ...row, ...history, id, createdBy: caller })
  for (const [place, name] of names.entries()) plan.names.push({ ...name, targetId: id, primary: place === 0 })
  for (const [key, value] of Object.entries(extras)) plan.extras.push({ targetId: id, key, value })
  if (alert) plan.links.push({ targetId: id, alertId: alert.id, runId: runId ?? alert.runId, generic: alert.generic })
  const { name, type, ra = null, dec = null } = description
  pending.addTarget({ id, name, type, ra, dec })
  pending.addTo(id, likeness)
  return id
}

/** Gives a target the names that it does not have yet. What an alert was linked to before stays as it is. */
function link({ names, likeness, alert }: Wanted, { rule, targetId }: Match, { pending, plan, runId }: Round): void {
  if (rule === 'alert') return
  const added = pending.freeNames(names)
  for (const name of added) plan.names.push({ ...name, targetId, primary: false })
  if (added.length > 0) plan.edited.add(targetId)
  if (alert) plan.links.push({ targetId, alertId: alert.id, runId: runId ?? alert.runId, generic: alert.generic })
  pending.addTo(targetId, likeness)
}
