import { v7 as uuidv7 } from 'uuid'
import type { Transaction } from '../database.ts'
import { skyPixel } from '../domain/sky.ts'
import type { ExtraValue } from './fields.ts'
import { insertNames } from './name-store.ts'
import type { TargetDescription } from './new-target-schemas.ts'
import type { TargetPatch } from './schemas.ts'

/** Stores a new target with its names and extras, and answers its id; throws what `isRace` knows when a name is not free. */
export async function insertTarget(tx: Transaction, target: TargetDescription, createdBy: string): Promise<string> {
  const { aliases = [], extras = {}, ...row } = target
  const id = uuidv7()
  await tx.target.create({ data: { id, createdBy, ...row, skyPixel: pixelOf(target) }, select: { id: true } })
  await insertNames(tx, id, [{ name: target.name, primary: true }, ...aliases.map(name => ({ name, primary: false }))])
  await insertExtras(tx, id, extras)
  return id
}

/** Stores an edit of a target that is held: the fields of the patch, and what follows from the target as edited. */
export async function updateTarget(
  tx: Transaction,
  id: string,
  { patch, edited }: { readonly patch: Omit<TargetPatch, 'extras'>; readonly edited: TargetDescription }
): Promise<void> {
  await tx.target.update({ where: { id }, data: { ...patch, skyPixel: pixelOf(edited), ...counted() }, select: { id: true } })
}

function pixelOf({ type, ra, dec }: TargetDescription): bigint | null {
  return type === 'SIDEREAL' && typeof ra === 'number' && typeof dec === 'number' ? skyPixel(ra, dec) : null
}

/** Counts an edit of what belongs to a target that is held. */
export async function countEdit(tx: Transaction, id: string): Promise<void> {
  await tx.target.update({ where: { id }, data: counted(), select: { id: true } })
}

function counted() {
  return { version: { increment: 1 }, modifiedAt: new Date() }
}

/** Deletes a target, of one version or of any (null), with all that belongs to it; tells whether it was there. */
export async function deleteTarget(db: Transaction, { id, version }: { id: string; version: number | null }): Promise<boolean> {
  const { count } = await db.target.deleteMany({ where: { id, ...(version !== null && { version }) } })
  return count > 0
}

/** Stores all extras of a target, in place of those that it had. */
export async function replaceExtras(tx: Transaction, targetId: string, extras: Readonly<Record<string, ExtraValue>>): Promise<void> {
  await tx.targetExtra.deleteMany({ where: { targetId } })
  await insertExtras(tx, targetId, extras)
}

async function insertExtras(tx: Transaction, targetId: string, extras: Readonly<Record<string, ExtraValue>>): Promise<void> {
  const data = Object.entries(extras).map(([key, value]) => ({ targetId, key, value }))
  if (data.length > 0) await tx.targetExtra.createMany({ data })
}

const raceCodes = new Set(['P2002', 'P2003', 'P2025', 'P2034'])

/** Tells whether a statement failed because another transaction was faster: a name taken, a target deleted, a deadlock. */
export function isRace(error: unknown): boolean {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' && raceCodes.has(error.code)
}
