import type { RunRow } from './store.ts'

/** Room that a worker of this process keeps for a run which is being stored as claimed. */
export interface Reservation {
  /** Begins the run. */
  begin(run: RunRow): void
  /** Gives the room up, because there is no such run. */
  release(): void
}

/** Asks the worker of this process for room for a run of a broker; null: it has none, or others wait for it, so that the run has to queue. */
export type Reserve = (brokerId: string) => Reservation | null
