import { type Database, inPlannedTransaction, type Queryable } from '../database.ts'
import type { Answer } from '../http/idempotency.ts'

/** Carries an answer out of a transaction that is to leave nothing behind. */
class Preview extends Error {
  override readonly name = 'Preview'
  readonly answer: Answer

  constructor(answer: Answer) {
    super('the transaction was a preview')
    this.answer = answer
  }
}

/** Tells what an effect would answer, and rolls it back. */
export async function preview({ pool }: Database, effect: (db: Queryable) => Promise<Answer>): Promise<Answer> {
  try {
    return await inPlannedTransaction(pool, async db => {
      throw new Preview(await effect(db))
    })
  } catch (error) {
    if (error instanceof Preview) return { status: 200, body: error.answer.body }
    throw error
  }
}
