import { type Database, planned } from '../database.ts'
import { presentRunAlert } from './list-results.ts'
import { listRunAlerts } from './result-store.ts'
import { shareQuery } from './share-queries.ts'
import { findRun, idLength, type RunRow, runOfWord } from './store.ts'

/** How long a change may go unnoticed while the LISTEN connection is down [ms]. */
const pollMilliseconds = 1000
const linesAtOnce = 1000

/** Some alerts of a run, ready to be sent. */
export interface RunLines {
  /** JSON of the alerts, in their order. */
  readonly lines: readonly string[]
  /** Position of the last one; where the reader was when there is none. */
  readonly last: bigint
  /** Whether there may be more at once. */
  readonly isFull: boolean
}

/** What those who follow a run wait for. */
export type RunChannel = 'run_changed' | 'run_ended'

/** Tells when a run may have changed; changes between two waits are not missed. */
export interface RunChanges {
  /**
   * Answers at the next change, or when the signal fires; after so long at the latest, if it is said [ms]. Answers the run as it has ended, when
   * that is what was told; null = read it.
   */
  next(atLatest?: number): Promise<RunRow | null>
  close(): void
}

/** Reads runs for those who follow them: however many follow one, a change costs one query of each kind. */
export interface RunReader {
  run(runId: string): Promise<RunRow | null>
  lines(runId: string, after: bigint): Promise<RunLines>
  /** Watches for every change, or only for the end. */
  watch(runId: string, signal: AbortSignal, channel?: RunChannel): RunChanges
}

/** Tells a watcher of a change, with the run when that is known. */
type Note = (run: RunRow | null) => void

/** Makes the reader of this process. */
export function createRunReader(database: Database): RunReader {
  const { notifications } = database
  const watchers = { run_changed: new Map<string, Set<Note>>(), run_ended: new Map<string, Set<Note>>() }
  const runs = shareQuery((runId, _: null) => findRun(planned(database.pool), runId))
  const lines = shareQuery((runId, after: bigint) => readLines(database, runId, after))
  // Listened to from the beginning: the first listener of a channel hears nothing for a moment.
  for (const channel of ['run_changed', 'run_ended'] as const) {
    const tell = (word: string) => {
      const runId = word.slice(0, idLength)
      runs.forget(runId)
      lines.forget(runId)
      const notes = watchers[channel].get(runId)
      if (notes === undefined) return
      const run = runOfWord(word)
      for (const note of notes) note(run)
    }
    notifications.on(channel, tell)
    notifications.onReconnect(() => [...watchers[channel].keys()].forEach(tell))
  }

  const watch = (runId: string, signal: AbortSignal, channel: RunChannel = 'run_changed'): RunChanges => {
    const changes = createChanges(() => notifications.connected)
    const ofChannel = watchers[channel]
    const ofRun = ofChannel.get(runId) ?? new Set()
    ofChannel.set(runId, ofRun.add(changes.note))
    const stop = () => changes.note(null)
    signal.addEventListener('abort', stop)
    const close = () => {
      signal.removeEventListener('abort', stop)
      ofRun.delete(changes.note)
      if (ofRun.size === 0 && ofChannel.get(runId) === ofRun) ofChannel.delete(runId)
    }
    return { next: changes.next, close }
  }
  return { run: runId => runs.ask(runId, null), lines: lines.ask, watch }
}

async function readLines({ pool }: Database, runId: string, after: bigint): Promise<RunLines> {
  const rows = await listRunAlerts(pool, { runId, after, limit: linesAtOnce })
  const lines = rows.map(row => JSON.stringify(presentRunAlert(runId, row)))
  return { lines, last: rows.at(-1)?.position ?? after, isFull: rows.length === linesAtOnce }
}

function createChanges(isConnected: () => boolean) {
  let changed = false
  let told: RunRow | null = null
  let wake = () => {}
  const note: Note = run => {
    changed = true
    told = run
    wake()
  }
  const next = async (atLatest?: number) => {
    const timeout = isConnected() ? atLatest : Math.min(atLatest ?? pollMilliseconds, pollMilliseconds)
    const timer = timeout === undefined ? undefined : setTimeout(note, timeout, null)
    if (!changed) {
      await new Promise<void>(resolve => {
        wake = resolve
      })
    }
    clearTimeout(timer)
    changed = false
    return told
  }
  return { note, next }
}
