import { setTimeout as sleep } from 'node:timers/promises'
import type { ServerSentEvent } from '../http/sse.ts'
import { presentRun } from './present-run.ts'
import type { RunReader } from './run-reader.ts'
import { isEnded, type RunRow } from './store.ts'

/** How often a run tells its progress at most [ms]. */
const progressMilliseconds = 100

/** Where a listener was: what it has been told of the run so far. */
export interface EventPlace {
  /** Version of the progress; an empty text before the first. */
  readonly progress: string
  /** Messages of feedback [count]. */
  readonly feedback: number
}

/** Reads the `Last-Event-ID` of a listener that comes back; what is none of ours begins anew. */
export function placeOf(lastEventId: string | undefined): EventPlace {
  const [, feedback = '0', progress = ''] = /^(\d{1,3}) (.{1,100})$/.exec(lastEventId ?? '') ?? []
  return { progress, feedback: Number(feedback) }
}

interface Listening {
  readonly runId: string
  readonly place: EventPlace
  readonly signal: AbortSignal
}

/** Tells what happens to a run, until its end: `progress` with the run, `feedback` with a message, `end` with the run. */
export async function* runEvents(reader: RunReader, { runId, place, signal }: Listening): AsyncGenerator<ServerSentEvent> {
  const changes = reader.watch(runId, signal)
  let { progress, feedback } = place
  try {
    while (!signal.aborted) {
      const run = await reader.run(runId)
      if (run === null) return
      for (const message of run.feedback.slice(feedback)) {
        feedback++
        yield { event: 'feedback', id: `${feedback} ${progress || 'none'}`, data: { message } }
      }
      const now = versionOf(run)
      if (now !== progress || isEnded(run)) {
        progress = now
        yield { event: isEnded(run) ? 'end' : 'progress', id: `${feedback} ${progress}`, data: presentRun(run) }
      }
      if (isEnded(run)) return
      await changes.next()
      await sleep(progressMilliseconds, undefined, { signal }).catch(() => {})
    }
  } finally {
    changes.close()
  }
}

/** Changes whenever what a listener sees of the run does, feedback aside. */
function versionOf({ status, attempt, lastPosition, repeatedCount }: RunRow): string {
  return [status, attempt, lastPosition, repeatedCount].join('.')
}
