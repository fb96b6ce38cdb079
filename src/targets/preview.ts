import { type Database, inPrismaTransaction, type Transaction } from '../database.ts'
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
export async function preview(database: Database, effect: (tx: Transaction) => Promise<Answer>): Promise<Answer> {
  try {
    return await inPrismaTransaction(database, async tx => {
      throw new Preview(await effect(tx))
    })
  } catch (error) {
    if (error instanceof Preview) return { status: 200, body: error.answer.body }
    throw error
  }
}
