import type { Registry } from '../broker-kit/registry.ts'
import type { Transaction } from '../database.ts'
import { stale } from '../http/etags.ts'
import { mergeObject } from '../http/merge-patch.ts'
import { notFound } from '../http/problems.ts'
import { checkQuery } from './check-query.ts'
import type { QueryPatch } from './schemas.ts'
import { findQuery, type StoredQuery, updateQuery } from './store.ts'

interface QueryEdit {
  readonly db: Transaction
  readonly registry: Registry
  readonly id: string
  /** The version that the client read; null for any. */
  readonly expected: number | null
  readonly patch: QueryPatch
}

/** Edits a query. What it asks is checked when that changes, so that a query can be renamed while its broker is not installed. */
export async function editQuery(edit: QueryEdit): Promise<StoredQuery> {
  const { db, registry, id, expected, patch } = edit
  const stored = await findQuery(db, id)
  if (stored === null) throw notFound('query', id)
  if (expected !== null && expected !== stored.version) throw stale()
  const change = { ...patch, ...(patch.parameters && { parameters: mergeObject(stored.parameters, patch.parameters) }) }
  if (patch.brokerId !== undefined || patch.parameters !== undefined) checkQuery(registry, { ...stored, ...change })
  const updated = await updateQuery(db, stored, change)
  if (updated !== null) return updated
  if (expected === null) return editQuery(edit)
  throw stale()
}
