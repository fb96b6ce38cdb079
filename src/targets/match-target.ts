import { type Position, separation } from '../domain/sky.ts'
import { conflict } from '../http/problems.ts'
import type { TargetType } from './fields.ts'
import type { Candidate } from './match-store.ts'
import type { OnMatch } from './new-target-schemas.ts'
import type { Match } from './schemas.ts'

/** Positions closer than this are the same [arcsec]. */
export const matchRadius = 2
/** Targets of one name that are farther apart than this cannot be the same [arcsec]. */
const farthestNamesake = 60

/** What is asked for. */
export interface Wanted {
  readonly position: Position | null
  /** Null when only an alert tells of it, which sees a moving target at one place as well. */
  readonly type: TargetType | null
  readonly onMatch: OnMatch
}

/**
 * Decides which of the targets that have something in common answers; null when a new one is to be made. Throws 409,
 * with all of them, where that is not wanted or not clear.
 */
export function chooseMatch(candidates: readonly Candidate[], wanted: Wanted): Match | null {
  // An equal name can never be had twice; a position can.
  const counting = wanted.onMatch === 'create' ? candidates.filter(({ byAlert, byName }) => byAlert || byName) : candidates
  const [first, second] = counting
  if (first === undefined) return null
  const refuse = (detail: string) =>
    conflict(detail, { matches: counting.map(candidate => ({ ...matchOf(candidate, wanted), name: candidate.name })) })
  if (wanted.onMatch === 'reject') throw refuse('There is a target like this already.')
  if (wanted.onMatch === 'create') throw refuse('There is a target of this name, or of this alert, already.')
  const ofAlert = counting.find(({ byAlert }) => byAlert)
  if (ofAlert) return matchOf(ofAlert, wanted)
  if (second) throw refuse('More than one target matches, by name or by position: it is not clear which one is meant.')
  const match = matchOf(first, wanted)
  const contradiction = first.byName ? contradictionOf(first, { match, wanted }) : undefined
  if (contradiction) throw refuse(contradiction)
  return match
}

function matchOf({ id, byAlert, byName, ...candidate }: Candidate, { position }: Wanted): Match {
  const place = positionOf(candidate)
  return {
    rule: byAlert ? 'alert' : byName ? 'name' : 'position',
    separation: place && position && separation(place, position),
    targetId: id
  }
}

function positionOf({ ra, dec }: Pick<Candidate, 'ra' | 'dec'>): Position | null {
  return ra === null || dec === null ? null : { ra, dec }
}

/** What speaks against a target of the same name being the same. */
function contradictionOf({ type }: Candidate, { match, wanted }: { match: Match; wanted: Wanted }): string | undefined {
  const { separation: distance } = match
  if (distance !== null && distance > farthestNamesake) return `The target of this name is ${distance.toFixed(1)} arcsec away.`
  return wanted.type === null || wanted.type === type ? undefined : `The target of this name is of type ${type}.`
}
