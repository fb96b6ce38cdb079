import { v7 as uuidv7 } from 'uuid'
import type { Registry } from '../broker-kit/registry.ts'
import type { Transaction } from '../database.ts'
import { readQuery } from './read-query.ts'
import { toSchedule } from './schedule-query.ts'
import type { QueryDraft } from './schemas.ts'
import { insertQuery, type StoredQuery } from './store.ts'

interface QueryCreation {
  readonly db: Transaction
  readonly registry: Registry
  readonly draft: QueryDraft
  readonly caller: string
}

/** Saves a query that its broker can serve; throws 422 for any other. */
export async function createQuery({ db, registry, draft, caller }: QueryCreation): Promise<StoredQuery> {
  const { schedule, onAlert, ...asked } = draft
  const { parameters = asked.parameters, onAlert: action } = readQuery(registry, { asked, schedule, onAlert })
  const id = uuidv7()
  const times = schedule === undefined ? {} : await toSchedule(db, { id, schedule })
  return insertQuery(db, { ...asked, parameters, ...times, ...(action && { onAlert: action }), id, createdBy: caller })
}
