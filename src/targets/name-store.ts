import { v7 as uuidv7 } from 'uuid'
import type { Transaction } from '../database.ts'
import { nameKey } from '../domain/name.ts'
import type { TargetName } from '../generated/prisma/client.ts'

/** A name of a target as it is stored. */
export type StoredName = TargetName

interface NewName {
  readonly name: string
  readonly primary: boolean
}

/** Gives a target more names; throws what `isRace` knows when one is not free. */
export async function insertNames(tx: Transaction, targetId: string, names: readonly NewName[]): Promise<void> {
  await tx.targetName.createMany({ data: names.map(name => rowOf(targetId, name)) })
}

/** Gives a target one more name; throws what `isRace` knows when it is not free. */
export function insertAlias(tx: Transaction, targetId: string, name: string): Promise<StoredName> {
  return tx.targetName.create({ data: rowOf(targetId, { name, primary: false }) })
}

function rowOf(targetId: string, { name, primary }: NewName) {
  return { id: uuidv7(), targetId, name, nameKey: nameKey(name), primary }
}

/** Makes a name, new or one of its aliases, the primary one of a target that is held; the old one stays as an alias. */
export async function renameTarget(tx: Transaction, targetId: string, name: string): Promise<void> {
  await tx.targetName.updateMany({ where: { targetId, primary: true }, data: { primary: false } })
  const { count } = await tx.targetName.updateMany({ where: { targetId, nameKey: nameKey(name) }, data: { name, primary: true } })
  if (count === 0) await insertNames(tx, targetId, [{ name, primary: true }])
}

/** Finds who has a name, in any spelling. */
export function findNameOwner(db: Transaction, name: string): Promise<StoredName | null> {
  return db.targetName.findUnique({ where: { nameKey: nameKey(name) } })
}

/** Finds a name of a target by the id of the name. */
export function findName(db: Transaction, { targetId, nameId }: { targetId: string; nameId: string }): Promise<StoredName | null> {
  return db.targetName.findUnique({ where: { id: nameId, targetId } })
}

/** Deletes a name of a target. */
export async function deleteName(tx: Transaction, id: string): Promise<void> {
  await tx.targetName.delete({ where: { id }, select: { id: true } })
}

/** Lists the names of a target, oldest first. */
export function listNames(
  db: Transaction,
  { targetId, after, limit }: { readonly targetId: string; readonly after: string | null; readonly limit: number }
): Promise<StoredName[]> {
  return db.targetName.findMany({
    where: { targetId, ...(after !== null && { id: { gt: after } }) },
    orderBy: { id: 'asc' },
    take: limit
  })
}
