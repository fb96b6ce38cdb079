import { findStoredAlert, type StoredAlert } from '../alerts/store.ts'
import type { Registry } from '../broker-kit/registry.ts'
import type { Transaction } from '../database.ts'
import { nameKey } from '../domain/name.ts'
import { invalid } from '../http/problems.ts'
import { insertTargetAlert } from './alert-store.ts'
import { describeAlert } from './describe-alert.ts'
import { getTarget } from './get-target.ts'
import { findCandidates, type Likeness, lockLikeness } from './match-store.ts'
import { chooseMatch, matchRadius } from './match-target.ts'
import { insertNames } from './name-store.ts'
import type { NewTarget, OnMatch, TargetDescription, TargetFromAlert } from './new-target-schemas.ts'
import type { Match } from './schemas.ts'
import { holdTarget, type StoredTarget } from './store.ts'
import { countEdit, insertTarget } from './write-store.ts'

interface Creation {
  readonly tx: Transaction
  readonly registry: Registry
  readonly body: TargetFromAlert | NewTarget
  readonly caller: string
}

interface Answer {
  readonly target: StoredTarget
  /** Why a target that existed answers; null for a new one. */
  readonly match: Match | null
}

/** Makes a target, or finds the one that exists already and gives it the new names; throws 409 where that is not clear. */
export async function createTarget({ tx, registry, body, caller }: Creation): Promise<Answer> {
  const { onMatch = 'link' } = body
  if (!('alertId' in body)) {
    const { onMatch: _, ...description } = body
    return settle({ tx, description, alert: null, caller, onMatch })
  }
  const alert = await findStoredAlert(tx, body.alertId)
  if (alert === undefined) throw invalid([{ pointer: '/alertId', message: 'must be a stored alert' }])
  return settle({ tx, description: describeAlert(registry, alert), alert, caller, onMatch })
}

interface Case {
  readonly tx: Transaction
  readonly description: TargetDescription
  readonly alert: StoredAlert | null
  readonly caller: string
  readonly onMatch: OnMatch
}

async function settle(theCase: Case): Promise<Answer> {
  const { tx, alert, caller, onMatch } = theCase
  const description = withoutDoubles(theCase.description)
  const likeness = likenessOf(description, alert)
  await lockLikeness(tx, likeness)
  const wanted = { position: likeness.cone, type: alert ? null : description.type, onMatch }
  const match = chooseMatch(await findCandidates(tx, likeness), wanted)
  // Deleted since it was found: decide again.
  if (match && !(await addNames(tx, match, description))) return settle(theCase)
  const id = match?.targetId ?? (await insertTarget(tx, description, caller))
  if (alert && match?.rule !== 'alert') await insertTargetAlert(tx, id, alert)
  return { target: await getTarget(tx, id), match }
}

/** One spelling of a name is enough: the first one. */
function withoutDoubles({ aliases = [], ...description }: TargetDescription): TargetDescription {
  const spellings = new Map([description.name, ...aliases].reverse().map(name => [nameKey(name), name]))
  spellings.delete(nameKey(description.name))
  return { ...description, aliases: [...spellings.values()].reverse() }
}

function likenessOf({ name, aliases = [], type, ra, dec }: TargetDescription, alert: StoredAlert | null): Likeness {
  const isPlaced = type === 'SIDEREAL' && typeof ra === 'number' && typeof dec === 'number'
  return {
    alertId: alert?.id ?? null,
    nameKeys: [name, ...aliases].map(nameKey),
    cone: isPlaced ? { ra, dec, radius: matchRadius } : null
  }
}

/** Gives a target the names that it does not have yet; false when it is no longer there. What an alert was linked to stays as it is. */
async function addNames(tx: Transaction, { rule, targetId }: Match, { name, aliases = [] }: TargetDescription): Promise<boolean> {
  const target = await holdTarget(tx, targetId)
  if (target === undefined) return false
  if (rule === 'alert') return true
  const known = new Set(target.names.map(({ nameKey }) => nameKey))
  const added = [name, ...aliases].filter(candidate => !known.has(nameKey(candidate)))
  if (added.length === 0) return true
  await insertNames(
    tx,
    targetId,
    added.map(alias => ({ name: alias, primary: false }))
  )
  await countEdit(tx, targetId)
  return true
}
