import type { Transaction } from '../../database.ts'

/** Which of these ids are those of target lists. */
export async function findLists(db: Transaction, ids: readonly string[]): Promise<Set<string>> {
  if (ids.length === 0) return new Set()
  const rows = await db.targetList.findMany({ where: { id: { in: [...new Set(ids)] } }, select: { id: true } })
  return new Set(rows.map(({ id }) => id))
}
