import { alertFields } from '../alerts/schemas.ts'
import { toAlert } from '../alerts/store.ts'
import type { Database } from '../database.ts'
import { csvLine } from '../http/csv.ts'
import { listRunAlerts } from './result-store.ts'

const linesAtOnce = 500

interface Export {
  readonly runId: string
  /** Ends the export without an error. */
  readonly signal: AbortSignal
}

/** Makes CSV of the alerts of a run: a header and one line an alert, in chunks as they are read. */
export async function* exportRun({ pool }: Database, { runId, signal }: Export): AsyncGenerator<string> {
  yield csvLine([...Object.keys(alertFields), 'outcome'])
  for (let after = 0n; !signal.aborted; ) {
    const rows = await listRunAlerts(pool, { runId, after, limit: linesAtOnce })
    yield rows.map(({ alert, outcome }) => csvLine([...Object.values(inOrder(toAlert(alert))), outcome])).join('')
    if (rows.length < linesAtOnce) return
    after = rows.at(-1)?.position ?? after
  }
}

function inOrder(alert: ReturnType<typeof toAlert>): Record<string, unknown> {
  const members: Record<string, unknown> = alert
  return Object.fromEntries(Object.keys(alertFields).map(name => [name, members[name]]))
}
