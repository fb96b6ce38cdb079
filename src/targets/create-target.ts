import { conflict, invalid } from '../http/problems.ts'
import { type Creation, createTargets } from './create-targets.ts'
import type { NewTarget, TargetFromAlert } from './new-target-schemas.ts'
import { Overtaken } from './repeat-on-race.ts'
import type { Match } from './schemas.ts'
import { readTarget, type StoredTarget } from './store.ts'

interface Answer {
  readonly target: StoredTarget
  /** Why a target that existed answers; null for a new one. */
  readonly match: Match | null
}

/** Makes a target, or finds the one that exists already and gives it the new names; throws 409 where that is not clear. */
export async function createTarget(creation: Creation, body: TargetFromAlert | NewTarget): Promise<Answer> {
  const [outcome] = await createTargets(creation, [{ body }])
  if (outcome === undefined || outcome.kind === 'unfit') {
    throw invalid(outcome?.complaints ?? [], 'alertId' in body ? 'The alert makes no target.' : 'The body does not fit.')
  }
  if (outcome.kind === 'refuse') throw conflict(outcome.detail, { matches: outcome.matches })
  const made = outcome.kind === 'created' ? outcome.target : undefined
  const target = made ?? (await readTarget(creation.db, outcome.targetId))
  if (target === undefined) throw new Overtaken()
  return { target, match: outcome.kind === 'linked' ? outcome.match : null }
}
