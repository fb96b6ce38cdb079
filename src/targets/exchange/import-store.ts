import type { Queryable } from '../../database.ts'
import type { ImportedTarget } from './import-line.ts'

/** Makes room for the targets of a file, until the transaction ends. Nobody else waits for it. */
export async function openStage(db: Queryable): Promise<void> {
  // The client sends at its own speed: the pause between two pieces of a file is no sign of a lost transaction.
  await db.query(`SELECT set_config('idle_in_transaction_session_timeout', '120s', true)`, [])
  await db.query('CREATE TEMPORARY TABLE "StagedTarget" (place int PRIMARY KEY, target json NOT NULL) ON COMMIT DROP', [])
}

/** Puts targets behind those that are staged already, of which there are so many. */
export async function stageTargets(db: Queryable, count: number, targets: readonly ImportedTarget[]): Promise<void> {
  await db.query(
    `INSERT INTO "StagedTarget" (place, target)
     SELECT $1 + ordinality, target FROM json_array_elements($2::json) WITH ORDINALITY AS staged(target, ordinality)`,
    [count, JSON.stringify(targets)]
  )
}

/** Takes some of the staged targets, in their order, behind the first so many. */
export async function readStage(
  db: Queryable,
  { after, limit }: { readonly after: number; readonly limit: number }
): Promise<ImportedTarget[]> {
  const { rows } = await db.query<{ target: ImportedTarget }>(
    'SELECT target FROM "StagedTarget" WHERE place > $1 AND place <= $1 + $2 ORDER BY place',
    [after, limit]
  )
  return rows.map(({ target }) => target)
}

/** Runs the work so that, when it throws, nothing of it is left and the transaction can go on. */
export async function inSavepoint<T>(db: Queryable, work: () => Promise<T>): Promise<T> {
  await db.query('SAVEPOINT work', [])
  try {
    return await work()
  } catch (error) {
    await db.query('ROLLBACK TO SAVEPOINT work', [])
    throw error
  }
}
