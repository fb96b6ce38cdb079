import type { BrokerContext } from '../broker-kit/define-broker.ts'
import type { InstalledBroker } from '../broker-kit/registry.ts'
import type { Database } from '../database.ts'
import type { Complaint } from '../domain/schema.ts'
import type { RunError } from './progress-store.ts'
import type { ClaimedRun } from './queue-store.ts'
import type { Recorded } from './recording-store.ts'

/**
 * What runs of one kind do. The executor does the rest for all kinds: batches, caps, leases, cancellation, errors,
 * measures. It calls `complaints` first, then `source` once, and `record` with what the source has yielded since.
 */
export interface RunKind<Item = unknown> {
  /** The measure in which its outcomes are counted. */
  readonly measure: 'alerts' | 'points'
  /** Everything that keeps a run from being executed as it is; empty when nothing does. */
  complaints(call: Pick<RunCall, 'run' | 'broker'>): Complaint[]
  /** Yields what is to be recorded; throws `UpstreamFailure` for what the broker's module throws. */
  source(call: RunCall): AsyncIterable<Item>
  /** How much of a batch an item fills [character]. */
  sizeOf(item: Item): number
  /** Records a batch in one transaction that belongs to the attempt; the items are those yielded since the batch before. */
  record(database: Database, batch: RunBatch<Item>): Promise<Recorded>
}

// Method parameters are compared both ways, so every kind fits this; the executor hands a kind only what it yielded.
/** Kinds of runs by the name that `Run.kind` has. */
export type RunKinds = Readonly<Record<string, RunKind>>

/** A run that is executed. */
export interface RunCall {
  readonly run: ClaimedRun
  readonly broker: InstalledBroker
  readonly database: Database
  /** Tells the astronomer something about the results; it does not stop the run. */
  readonly feedback: (message: string) => void
  /** Makes the context of one call of the module; it knows the newest checkpoint. */
  readonly createContext: () => BrokerContext
}

/** What a source has yielded since the batch before, with what the module said about it. */
export interface RunBatch<Item> {
  readonly run: ClaimedRun
  readonly items: readonly Item[]
  /** Newest checkpoint of the module, all of whose items are in this batch or recorded before. */
  readonly checkpoint: string | null
  readonly feedback: readonly string[]
  /** Whether nothing comes behind it: then recording it may end the run, too. */
  readonly isLast: boolean
}

/** What a module threw, told apart from what the database throws. */
export class UpstreamFailure extends Error {}

/** Ends a run as failed, for a reason that lies neither with the broker nor with its module. */
export class RunFailedError extends Error {
  override readonly name = 'RunFailedError'
  readonly runError: RunError

  constructor(runError: RunError) {
    super(runError.detail)
    this.runError = runError
  }
}
