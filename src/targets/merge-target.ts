import type { Transaction } from '../database.ts'
import { conflict, invalid, notFound } from '../http/problems.ts'
import type { NumberField } from './fields.ts'
import { getTarget } from './get-target.ts'
import { absorbTarget, holdTargets } from './merge-store.ts'
import type { StoredTarget } from './store.ts'

/** Moves a light curve from one target to another, both of which are held. */
export type MovePhotometry = (tx: Transaction, move: { readonly from: string; readonly to: string }) => Promise<void>

interface Merge {
  readonly tx: Transaction
  /** The target that stays. */
  readonly into: string
  /** The target that is taken in. */
  readonly from: string
  readonly movePhotometry: MovePhotometry
}

/** Makes one target of two: everything of the one moves to the other; throws 409 when they are of different types. */
export async function mergeTarget({ tx, into, from, movePhotometry }: Merge): Promise<StoredTarget> {
  if (from === into) throw invalid([{ pointer: '/from', message: 'must be another target' }])
  const targets = await holdTargets(tx, [into, from])
  const [kept, taken] = [targets.get(into), targets.get(from)]
  if (kept === undefined) throw notFound('target', into)
  if (taken === undefined) throw invalid([{ pointer: '/from', message: 'must be a target' }])
  if (kept.type !== taken.type) throw conflict(`One target is of type ${kept.type}, the other of type ${taken.type}.`)
  await movePhotometry(tx, { from, to: into })
  await absorbTarget(tx, { into, from, fields: unknownFields(kept, taken) })
  return getTarget(tx, into)
}

/** Numbers that mean something only together; those of the position, the epoch and the orbit stay what they are. */
const fieldGroups: readonly (readonly NumberField[])[] = [
  ['parallax'],
  ['pmRa', 'pmDec'],
  ['galacticLng', 'galacticLat'],
  ['distance', 'distanceErr'],
  ['ephemerisPeriod', 'ephemerisPeriodErr'],
  ['ephemerisEpoch', 'ephemerisEpochErr'],
  ['absMag', 'slope']
]

type Numbers = Readonly<Record<NumberField, number | null>>

/** What is known of one target, and in no part of the other. */
export function unknownFields(kept: Numbers, taken: Numbers): Partial<Record<NumberField, number>> {
  const groups = fieldGroups.filter(group => group.every(field => kept[field] === null))
  const known = groups.flat().flatMap(field => {
    const value = taken[field]
    return value === null ? [] : [[field, value] as const]
  })
  return Object.fromEntries(known)
}
