import { type Position, separation } from '../domain/sky.ts'
import type { TargetType } from './fields.ts'
import type { OnMatch } from './new-target-schemas.ts'
import type { Match } from './schemas.ts'

/** Targets of one name that are farther apart than this cannot be the same [arcsec]. */
const farthestNamesake = 60

/** A target that has something in common with a wanted one. */
export interface Candidate {
  readonly id: string
  readonly name: string
  readonly type: TargetType
  readonly ra: number | null
  readonly dec: number | null
  /** It came from the alert. */
  readonly byAlert: boolean
  /** It has one of the names. */
  readonly byName: boolean
  /** It lies within the match radius. */
  readonly byPosition: boolean
}

/** What is asked for. */
export interface Wish {
  readonly position: Position | null
  /** Null when only an alert tells of it, which sees a moving target at one place as well. */
  readonly type: TargetType | null
  readonly onMatch: OnMatch
}

/** What becomes of a wish: a new target, one that exists already, or neither. */
export type Decision = { readonly kind: 'create' } | { readonly kind: 'link'; readonly match: Match } | Refusal

/** A target that exists, and why it keeps another from being made. */
export interface NamedMatch extends Match {
  readonly name: string
}

/** A wish that is not granted, and every target that has to do with it. */
export interface Refusal {
  readonly kind: 'refuse'
  readonly detail: string
  readonly matches: readonly NamedMatch[]
}

/** Decides which of the targets that have something in common with a wanted one answers: the one policy on every path. */
export function decide(candidates: readonly Candidate[], wish: Wish): Decision {
  // An equal name can never be had twice; a position can.
  const counting = wish.onMatch === 'create' ? candidates.filter(({ byAlert, byName }) => byAlert || byName) : candidates
  const [first, second] = counting
  if (first === undefined) return { kind: 'create' }
  const refuse = (detail: string): Refusal => ({ kind: 'refuse', detail, matches: counting.map(one => namedMatch(one, wish)) })
  if (wish.onMatch === 'reject') return refuse('There is a target like this already.')
  if (wish.onMatch === 'create') return refuse('There is a target of this name, or of this alert, already.')
  const ofAlert = counting.find(({ byAlert }) => byAlert)
  if (ofAlert) return { kind: 'link', match: matchOf(ofAlert, wish) }
  if (second) return refuse('More than one target matches, by name or by position: it is not clear which one is meant.')
  const match = matchOf(first, wish)
  const contradiction = first.byName ? contradictionOf(first, { match, wish }) : undefined
  return contradiction === undefined ? { kind: 'link', match } : refuse(contradiction)
}

function namedMatch(candidate: Candidate, wish: Wish): NamedMatch {
  return { ...matchOf(candidate, wish), name: candidate.name }
}

function matchOf({ id, byAlert, byName, ...candidate }: Candidate, { position }: Wish): Match {
  const place = positionOf(candidate)
  return {
    rule: byAlert ? 'alert' : byName ? 'name' : 'position',
    separation: place && position && separation(place, position),
    targetId: id
  }
}

/** Where a target is; null when that is not known. */
export function positionOf({ ra, dec }: { readonly ra?: number | null; readonly dec?: number | null }): Position | null {
  return typeof ra === 'number' && typeof dec === 'number' ? { ra, dec } : null
}

/** What speaks against a target of the same name being the same. */
function contradictionOf({ type }: Candidate, { match, wish }: { match: Match; wish: Wish }): string | undefined {
  const { separation: distance } = match
  if (distance !== null && distance > farthestNamesake) return `The target of this name is ${distance.toFixed(1)} arcsec away.`
  return wish.type === null || wish.type === type ? undefined : `The target of this name is of type ${type}.`
}
