import type { Registry } from '../broker-kit/registry.ts'
import type { Transaction } from '../database.ts'
import { isSchedule } from '../domain/schedule.ts'
import { isExpected, stale, type Versions } from '../http/etags.ts'
import { type Json, type JsonObject, mergeObject } from '../http/merge-patch.ts'
import { notFound } from '../http/problems.ts'
import { readQuery } from './read-query.ts'
import { toEditedSchedule } from './schedule-query.ts'
import { isOnAlert, type QueryPatch } from './schemas.ts'
import { findQuery, type StoredQuery, updateQuery } from './store.ts'

interface QueryEdit {
  readonly db: Transaction
  readonly registry: Registry
  readonly id: string
  /** The versions that the client means; null for any. */
  readonly expected: Versions
  readonly patch: QueryPatch
}

/** Edits a query. What it asks is checked when that changes, so that a query can be renamed while its broker is not installed. */
export async function editQuery(edit: QueryEdit): Promise<StoredQuery> {
  const { db, registry, id, expected, patch } = edit
  const stored = await findQuery(db, id)
  if (stored === null) throw notFound('query', id)
  if (!isExpected(stored.version, expected)) throw stale()
  const { schedule: schedulePatch, onAlert: onAlertPatch, ...rest } = patch
  const asksElse = rest.brokerId !== undefined || rest.parameters !== undefined
  const asked = { brokerId: stored.brokerId, ...rest, parameters: mergeObject(stored.parameters, rest.parameters ?? {}) }
  const schedule = merged(stored.schedule, schedulePatch)
  const onAlert = merged(stored.onAlert, onAlertPatch)
  const read = readQuery(registry, { schedule, onAlert, ...(asksElse && { asked }) })
  const updated = await updateQuery(db, stored, {
    ...rest,
    ...(read.parameters && { parameters: read.parameters }),
    // What the alerts of other parameters were says nothing of these.
    ...(asksElse && { newestAlertAt: null }),
    ...(schedule !== undefined && (await toEditedSchedule(db, stored, isSchedule(schedule) ? schedule : null))),
    ...(onAlert !== undefined && { onAlert: isOnAlert(read.onAlert) ? read.onAlert : null })
  })
  // Somebody was faster, or a time of the schedule passed: a client that read an older version is told so now.
  return updated ?? editQuery(edit)
}

/** What a patch makes of a part of the query: undefined when it leaves it alone, null when it takes it away. */
function merged(stored: Json, patch: JsonObject | null | undefined): JsonObject | null | undefined {
  return patch === undefined || patch === null ? patch : mergeObject(stored, patch)
}
