import { createContext } from '../broker-kit/context.ts'
import type { Logger } from '../broker-kit/define-broker.ts'
import { isBrokerError } from '../broker-kit/errors.ts'
import type { Gate } from '../broker-kit/gate.ts'
import type { InstalledBroker } from '../broker-kit/registry.ts'
import type { Database } from '../database.ts'
import { makeStorable } from '../domain/storable.ts'
import type { Metrics } from '../metrics.ts'
import { type BatchLimits, batchItems } from './batch-items.ts'
import type { RunEnd, RunError, ToldRun } from './progress-store.ts'
import type { ClaimedRun } from './queue-store.ts'
import { readAhead } from './read-ahead.ts'
import { RunFailedError, type RunKind, UpstreamFailure } from './run-kind.ts'

/** A run and all it takes to execute it. */
export interface Execution {
  readonly run: ClaimedRun
  readonly broker: InstalledBroker
  /** What the requests to the broker pass. */
  readonly gate: Gate
  readonly database: Database
  readonly log: Logger
  readonly metrics: Pick<Metrics, 'alerts' | 'points'>
  /** Stops the execution: cancelled, handed back, or lost to another worker. */
  readonly signal: AbortSignal
}

/** How a run was executed. */
export interface Executed extends RunEnd {
  /** The run as it has ended with its last batch; null = it is still to be ended. */
  readonly ended: ToldRun | null
}

const batchItemsAtMost = 1000
const batchCharacters = 2_000_000
const batchMilliseconds = 200

/** Says that the run belongs to another worker now. */
export class FencedError extends Error {
  override readonly name = 'FencedError'
}

/**
 * Executes a run as its kind wants it: asks the broker and records what comes batch by batch. Answers how the run ended;
 * throws the reason of the signal, `FencedError`, or what kept the database from recording.
 */
export async function executeRun(kind: RunKind, execution: Execution): Promise<Executed> {
  const { run, broker, gate, signal } = execution
  const stop = createStop(signal, run.remaining)
  const notes = createNotes()
  const call = {
    run,
    broker,
    database: execution.database,
    feedback: notes.feedback,
    createContext: () =>
      createContext({
        broker,
        gate,
        signal: stop.signal,
        log: execution.log,
        resumeFrom: notes.newestCheckpoint() ?? run.checkpoint,
        newerThan: run.newerThan,
        feedback: notes.feedback,
        checkpoint: notes.checkpoint
      })
  }
  try {
    const complaints = kind.complaints(call)
    if (complaints.length > 0) return { ...notes.end(), error: misfit(complaints.map(({ pointer, message }) => `${pointer} ${message}`)) }
    const recorded = await recordAll(execution, { kind, source: kind.source(call), notes, stop: stop.signal })
    return { ...notes.end(), ...recorded }
  } catch (error) {
    signal.throwIfAborted()
    if (stop.isTimeUp(error)) return { ...notes.end(), truncatedBy: 'seconds' }
    if (error instanceof RunFailedError) return { ...notes.end(), error: error.runError }
    if (error instanceof UpstreamFailure) return { ...notes.end(), error: runError(error.cause) }
    throw error
  } finally {
    stop.end()
  }
}

interface Recording {
  readonly kind: RunKind
  readonly source: AsyncIterable<unknown>
  readonly notes: ReturnType<typeof createNotes>
  readonly stop: AbortSignal
}

/** Records batch after batch; answers the cap that ended it, or null when the source did. */
async function recordAll({ run, database, metrics }: Execution, recording: Recording): Promise<Pick<Executed, 'truncatedBy' | 'ended'>> {
  const { kind } = recording
  let room = run.capAlerts === null ? Number.POSITIVE_INFINITY : run.capAlerts - run.received
  let unrecorded = 0
  // One item beyond the cap tells whether the broker had more.
  const limits = () => ({
    items: Math.min(batchItemsAtMost, Math.max(0, room - unrecorded) + 1),
    characters: batchCharacters,
    milliseconds: batchMilliseconds
  })
  const onRead = (count: number) => {
    unrecorded += count
  }
  for await (const batch of readAhead(readBatches(recording, { limits, onRead }), () => unrecorded <= room)) {
    if (batch.items.length === 0 && batch.feedback.length === 0 && batch.checkpoint === null) continue
    const recorded = await kind.record(database, { run, ...batch })
    if (recorded.fenced) throw new FencedError('The run belongs to another worker, or has ended.')
    for (const [outcome, count] of Object.entries(recorded.outcomes)) metrics[kind.measure].inc({ broker: run.brokerId, outcome }, count)
    const { truncatedBy, ended = null } = recorded
    if (truncatedBy !== null || ended !== null) return { truncatedBy, ended }
    room = recorded.room ?? room
    unrecorded -= batch.items.length
  }
  return { truncatedBy: null, ended: null }
}

const longestFeedback = 1000

interface Reading {
  readonly limits: () => BatchLimits
  /** Told how many items a batch has, before more is asked for. */
  onRead(count: number): void
}

// A generator function that is made anew for each run would have V8 make maps for it, which keep the run until all of the heap is collected.
async function* readBatches({ kind, source, notes, stop }: Recording, { limits, onRead }: Reading) {
  for await (const { items, ended: isLast } of batchItems({ source, limits, sizeOf: kind.sizeOf, signal: stop })) {
    onRead(items.length)
    // Taken before more is asked for, so that a checkpoint is about nothing beyond its batch.
    yield { items, isLast, ...notes.take() }
  }
}

/** Gathers what the module says until the next batch takes it along. */
function createNotes() {
  let messages: string[] = []
  let token: string | null = null
  let newestToken: string | null = null
  const take = () => {
    const taken = { feedback: messages, checkpoint: token }
    messages = []
    token = null
    return taken
  }
  return {
    feedback: (message: string) => {
      messages.push(makeStorable(message).slice(0, longestFeedback))
    },
    checkpoint: (newest: string) => {
      token = newest
      newestToken = newest
    },
    newestCheckpoint: () => newestToken,
    take,
    end: (): Executed => ({ error: null, truncatedBy: null, ended: null, feedback: take().feedback })
  }
}

/** Ends what a run asks of its broker: when it is stopped, when its time [ms] is up, and when it is over. */
function createStop(signal: AbortSignal, milliseconds: number | null) {
  const controller = new AbortController()
  let timeIsUp: Error | null = null
  const pass = () => controller.abort(signal.reason)
  const expire = () => {
    if (controller.signal.aborted) return
    timeIsUp = new Error('The time of the run is up.')
    controller.abort(timeIsUp)
  }
  // A timer of more than 24.8 days would fire at once.
  const timer = milliseconds === null ? undefined : setTimeout(expire, Math.min(milliseconds, 2 ** 31 - 1))
  signal.addEventListener('abort', pass)
  if (signal.aborted) pass()
  if (milliseconds !== null && milliseconds <= 0) expire()
  return {
    signal: controller.signal,
    isTimeUp: (error: unknown) => timeIsUp !== null && error === timeIsUp,
    end: () => {
      clearTimeout(timer)
      signal.removeEventListener('abort', pass)
      controller.abort(new Error('The run is over.'))
    }
  }
}

function misfit(complaints: readonly string[]): RunError {
  const detail = `The parameters do not fit the module any more: ${complaints.join('; ')}.`
  return { kind: 'invalid-parameters', detail: makeStorable(detail).slice(0, 2000), retryable: false, upstreamStatus: null }
}

function runError(error: unknown): RunError {
  const message = makeStorable(error instanceof Error ? error.message : String(error)).slice(0, 2000)
  if (!isBrokerError(error))
    return { kind: 'module-failed', detail: `The broker module failed: ${message}`, retryable: false, upstreamStatus: null }
  const { kind, retryable, upstreamStatus } = error
  return { kind, detail: message, retryable, upstreamStatus }
}
