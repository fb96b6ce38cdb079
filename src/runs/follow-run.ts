import { setTimeout as sleep } from 'node:timers/promises'
import type { Database } from '../database.ts'
import { findRun, isEnded, listRunAlerts, type RunAlertRow, type RunRow } from './store.ts'

const pageOfStream = 1000
/** How long a change may go unnoticed while the LISTEN connection is down [ms]. */
const pollMilliseconds = 1000

/** Waits until a run has ended, or the signal fires; answers the run as it is then, or null when there is none. */
export async function waitForEnd(database: Database, runId: string, signal: AbortSignal): Promise<RunRow | null> {
  const changes = watchRun(database, runId, signal)
  try {
    for (;;) {
      const run = await findRun(database.prisma, runId)
      if (run === null || isEnded(run) || signal.aborted) return run
      await changes.next()
    }
  } finally {
    changes.close()
  }
}

interface Follow {
  readonly runId: string
  /** Position behind which to begin. */
  readonly after: bigint
  /** Whether to wait for more until the run has ended. */
  readonly follow: boolean
  /** Ends the reading without an error. */
  readonly signal: AbortSignal
}

/** Reads the alerts of a run in their order; a reader that follows is a reader of the store that waits. */
export async function* followRun(database: Database, { runId, after, follow, signal }: Follow): AsyncGenerator<RunAlertRow> {
  const changes = watchRun(database, runId, signal)
  try {
    for (let position = after; !signal.aborted; ) {
      // Asked before the page is read: what was recorded before the end is then on it.
      const run = await findRun(database.prisma, runId)
      const rows = await listRunAlerts(database.pool, { runId, after: position, limit: pageOfStream })
      yield* rows
      position = rows.at(-1)?.position ?? position
      if (rows.length === pageOfStream) continue
      if (!follow || run === null || isEnded(run)) return
      await changes.next()
    }
  } finally {
    changes.close()
  }
}

/** Tells when a run may have changed; changes between two waits are not missed. */
function watchRun({ notifications }: Database, runId: string, signal: AbortSignal) {
  let changed = false
  let wake = () => {}
  const note = () => {
    changed = true
    wake()
  }
  const forget = [
    notifications.on('run_changed', id => {
      if (id === runId) note()
    }),
    notifications.onReconnect(note)
  ]
  signal.addEventListener('abort', note)
  return {
    next: async () => {
      while (!changed) {
        const { promise, resolve } = Promise.withResolvers<void>()
        wake = resolve
        if (!notifications.connected) sleep(pollMilliseconds).then(note)
        await promise
      }
      changed = false
    },
    close: () => {
      for (const unsubscribe of forget) unsubscribe()
      signal.removeEventListener('abort', note)
    }
  }
}
