import type { RunReader } from './run-reader.ts'
import { isEnded, type RunRow } from './store.ts'

/** How long an end may go unnoticed that came before anyone listened for it [ms]. */
const missedMilliseconds = 50

interface Waiting {
  readonly runId: string
  readonly signal: AbortSignal
  /** Whether the run was queued this instant: then its end is still to come, most likely. */
  readonly isFresh?: boolean
}

/** Waits until a run has ended, or the signal fires; answers the run as it is then, or null when there is none. */
export async function waitForEnd(reader: RunReader, { runId, signal, isFresh = false }: Waiting): Promise<RunRow | null> {
  const changes = reader.watch(runId, signal, 'run_ended')
  try {
    let told = isFresh ? await changes.next(missedMilliseconds) : null
    for (;;) {
      const run = told ?? (await reader.run(runId))
      if (run === null || isEnded(run) || signal.aborted) return run
      told = await changes.next()
    }
  } finally {
    changes.close()
  }
}

/** What part of a run is read, and how. */
export interface Following {
  readonly runId: string
  /** Position behind which to begin. */
  readonly after: bigint
  /** Whether to wait for more until the run has ended. */
  readonly follow: boolean
  /** Ends the reading. */
  readonly signal: AbortSignal
}

/**
 * Reads the alerts of a run as JSON, in their order; a reader that follows is a reader of the store that waits. It throws
 * when it has to stop before the run has ended, so that nobody takes a part for the whole.
 */
export async function* followRun(reader: RunReader, { runId, after, follow, signal }: Following): AsyncGenerator<string> {
  const changes = reader.watch(runId, signal)
  try {
    for (let position = after; !signal.aborted; ) {
      // Asked before the alerts are read: what was recorded before the end is then among them.
      const run = await reader.run(runId)
      const { lines, last, isFull } = await reader.lines(runId, position)
      yield* lines
      position = last
      if (isFull) continue
      if (!follow || run === null || isEnded(run)) return
      await changes.next()
    }
    if (follow) throw new Error('The stream stops before the run has ended.')
  } finally {
    changes.close()
  }
}
