import type { Transaction } from '../database.ts'
import type { Versions } from '../http/etags.ts'
import type { ExtraValue } from './fields.ts'
import type { TargetDescription } from './new-target-schemas.ts'
import { pixelOf } from './plan-store.ts'
import type { TargetPatch } from './schemas.ts'

/** Stores an edit of a target that is held: the fields of the patch, and what follows from the target as edited. */
export async function updateTarget(
  tx: Transaction,
  id: string,
  { patch, edited }: { readonly patch: Omit<TargetPatch, 'extras'>; readonly edited: TargetDescription }
): Promise<void> {
  await tx.target.update({ where: { id }, data: { ...patch, skyPixel: pixelOf(edited), ...counted() }, select: { id: true } })
}

/** Counts an edit of what belongs to a target that is held. */
export async function countEdit(tx: Transaction, id: string): Promise<void> {
  await tx.target.update({ where: { id }, data: counted(), select: { id: true } })
}

function counted() {
  return { version: { increment: 1 }, modifiedAt: new Date() }
}

/** Deletes a target, in one of these versions, with all that belongs to it; tells whether it was there. */
export async function deleteTarget(db: Transaction, { id, versions }: { id: string; versions: Versions }): Promise<boolean> {
  const { count } = await db.target.deleteMany({ where: { id, ...(versions && { version: { in: [...versions] } }) } })
  return count > 0
}

/** Stores all extras of a target, in place of those that it had. */
export async function replaceExtras(tx: Transaction, targetId: string, extras: Readonly<Record<string, ExtraValue>>): Promise<void> {
  await tx.targetExtra.deleteMany({ where: { targetId } })
  // As text: the generated client changes the last digit of some numbers.
  await tx.$executeRaw`
    INSERT INTO "TargetExtra" ("targetId", key, value)
    SELECT ${targetId}::uuid, key, value FROM jsonb_each(${JSON.stringify(extras)}::text::jsonb)`
}
