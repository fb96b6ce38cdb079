import type { Transaction } from '../database.ts'
import { readPlace } from '../domain/place.ts'
import { type Complaint, notKnown } from '../domain/schema.ts'
import type { Versions } from '../http/etags.ts'
import { type Json, mergeObject } from '../http/merge-patch.ts'
import { invalid } from '../http/problems.ts'
import { readTarget } from './check-target.ts'
import { getTarget, takeTarget } from './get-target.ts'
import { renameTarget } from './name-store.ts'
import { findOwnName } from './name-target.ts'
import type { TargetPatch } from './schemas.ts'
import type { StoredTarget } from './store.ts'
import { replaceExtras, updateTarget } from './write-store.ts'

interface Edit {
  readonly tx: Transaction
  readonly id: string
  /** The versions that the client means; null for any. */
  readonly expected: Versions
  readonly patch: TargetPatch
}

/** Edits a target; throws 422 when it would no longer be one, 409 when its new name is another target's. */
export async function editTarget({ tx, id, expected, patch }: Edit): Promise<StoredTarget> {
  const stored = await takeTarget(tx, { id, expected })
  const { value: inDegrees, complaints } = readPlace(patch)
  if (complaints.length > 0) throw invalid(complaints, 'The body does not fit.')
  const edited = readTarget(mergeObject(describe(stored), { ...inDegrees }))
  if (edited.complaints) throw invalid(edited.complaints.map(withRemedy(patch)), 'The edited target would not fit.')
  const { extras, ...changes } = inDegrees
  if (changes.name !== undefined) {
    await findOwnName({ tx, targetId: id, name: changes.name })
    await renameTarget(tx, id, changes.name)
  }
  if (extras !== undefined) await replaceExtras(tx, id, edited.value.extras ?? {})
  await updateTarget(tx, id, { patch: changes, edited: edited.value })
  return getTarget(tx, id)
}

/** What a target has from before and can no longer have, the client must take away. */
function withRemedy(patch: object): (complaint: Complaint) => Complaint {
  return ({ pointer, message }) => {
    const isLeftOver = message.startsWith(notKnown) && !(pointer.slice(1) in patch)
    return { pointer, message: isLeftOver ? 'is not for a target of this type or scheme: send null for it' : message }
  }
}

/** Describes a target as a client does: what is not known is left out. */
function describe(stored: StoredTarget): Json {
  const {
    id: _id,
    number: _number,
    version: _version,
    createdBy: _by,
    createdAt: _at,
    modifiedAt: _modified,
    names: _names,
    ...described
  } = stored
  return Object.fromEntries(Object.entries(described).filter(([, value]) => value !== null))
}
