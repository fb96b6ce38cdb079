import type { Run } from './schemas.ts'
import type { RunRow } from './store.ts'

/** Shows a run as the API does. */
export function presentRun(row: RunRow): Run {
  const { newCount, changedCount, duplicateCount, rejectedCount, repeatedCount, truncatedBy } = row
  const { id, kind, queryId, queryName, brokerId, status, feedback, attempt, createdBy } = row
  const received = newCount + changedCount + duplicateCount + rejectedCount
  return {
    id,
    kind: oneOf(['alerts', 'photometry', 'submission'], kind),
    queryId,
    queryName,
    brokerId,
    parameters: { ...Object(row.parameters) },
    caps: { alerts: row.capAlerts, bytes: numberOrNull(row.capBytes), seconds: row.capSeconds },
    status: oneOf(['queued', 'running', 'succeeded', 'failed', 'cancelled'], status),
    counts: { received, new: newCount, changed: changedCount, duplicate: duplicateCount, rejected: rejectedCount, repeated: repeatedCount },
    truncated: truncatedBy !== null,
    resultsDropped: Number(row.resultsDropped),
    truncatedBy: truncatedBy === null ? null : oneOf(['alerts', 'bytes', 'seconds'], truncatedBy),
    feedback,
    error: presentError(row),
    attempt,
    createdBy,
    scheduledFor: row.scheduledFor?.toISOString() ?? null,
    newerThan: row.newerThan?.toISOString() ?? null,
    newestAlertAt: row.newestAlertAt?.toISOString() ?? null,
    createdAt: row.createdAt.toISOString(),
    startedAt: row.startedAt?.toISOString() ?? null,
    finishedAt: row.finishedAt?.toISOString() ?? null
  }
}

function presentError({ errorKind, errorDetail, errorRetryable, errorUpstreamStatus }: RunRow): Run['error'] {
  if (errorKind === null) return null
  return { kind: errorKind, detail: errorDetail ?? '', retryable: errorRetryable ?? false, upstreamStatus: errorUpstreamStatus }
}

function numberOrNull(value: bigint | null): number | null {
  return value === null ? null : Number(value)
}

function oneOf<const V extends string>(values: readonly V[], value: string): V {
  const known = values.find(candidate => candidate === value)
  if (known === undefined) throw new Error(`The database holds '${value}' where one of ${values.join(', ')} must be.`)
  return known
}
