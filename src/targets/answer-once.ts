import { type Database, inPlannedTransaction, type Queryable, queryableOf } from '../database.ts'
import { type Answer, idempotently } from '../http/idempotency.ts'
import { preview } from './preview.ts'
import { repeatOnRace } from './repeat-on-race.ts'

interface Once {
  readonly request: Parameters<typeof idempotently>[0]['request']
  readonly database: Database
  /** Whether to tell what would happen, and do nothing. */
  readonly validateOnly: boolean
  readonly effect: (db: Queryable) => Promise<Answer>
}

/** Runs the effect of a POST in one transaction, again when another one was faster, and once for an Idempotency-Key. */
export function answerOnce({ request, database, validateOnly, effect }: Once): Promise<Answer> {
  const hasKey = request.headers['idempotency-key'] !== undefined
  return repeatOnRace(() => {
    if (validateOnly) return preview(database, effect)
    // A transaction of Prisma costs more than all the statements of one new target.
    if (!hasKey) return inPlannedTransaction(database.pool, effect)
    return idempotently({ request, database, effect: tx => effect(queryableOf(tx)) })
  })
}
