import type { BrokerError } from '../broker-kit/errors.ts'
import type { RequestReport } from '../broker-kit/gate.ts'
import type { Database } from '../database.ts'
import type { Policy } from './policy.ts'
import { type BrokerStateRow, changeState, type StateChange } from './state-store.ts'
import type { Opening } from './words.ts'

/** What the reports of a broker's requests add up to; shared with the other processes when something changes. */
export interface Reporting {
  /** Takes a report of this process. */
  take(report: RequestReport): void
  /** Takes over what the database says. */
  follow(state: BrokerStateRow): void
  /** How long the broker is left alone as it asked [ms]. */
  pausedFor(): number
  /** Null: the circuit breaker is closed. Half-open: nothing left. */
  opening(): Opening | null
  /** Does work with the database when all work before it is done, and never fails. */
  note(work: () => Promise<unknown>): void
  /** Waits until all is noted. */
  settled(): Promise<void>
}

/** Where the operator is told what happens. */
export interface GateLog {
  warn(fields: object, message: string): void
}

/** What reporting works with. */
export interface ReportingParts {
  readonly brokerId: string
  readonly pool: Database['pool']
  readonly policy: Policy
  readonly log: GateLog
  /** Told when requests that wait should look again. */
  onChange(): void
}

interface Known {
  /** Both in terms of performance.now() [ms]; null: closed. */
  readonly openUntil: number | null
  readonly pausedUntil: number
  readonly row: BrokerStateRow | null
}

/** Begins to add up the reports of one broker's requests. */
export function createReporting({ brokerId, pool, policy, log, onChange }: ReportingParts): Reporting {
  let known: Known = { openUntil: null, pausedUntil: 0, row: null }
  let failures = 0
  let noted = { kind: 'nothing', at: Number.NEGATIVE_INFINITY }
  let notes: Promise<unknown> = Promise.resolve()

  const note = (work: () => Promise<unknown>) => {
    notes = notes.then(work).catch(error => log.warn({ brokerId, error: String(error) }, 'What a broker did could not be noted.'))
  }

  const follow = (row: BrokerStateRow) => {
    const now = performance.now()
    known = { openUntil: row.openFor === null ? null : now + row.openFor, pausedUntil: now + (row.pausedFor ?? 0), row }
    onChange()
  }

  function take({ error, retryAfter, rate }: RequestReport): void {
    const fault = error !== null && isFault(error) ? error : null
    failures = error?.kind === 'unreachable' ? failures + 1 : 0
    const isOpen = known.openUntil !== null
    const breaker = failures === 0 ? (isOpen ? 'close' : null) : failures >= policy.failuresToOpen || isOpen ? 'open' : null
    const pause = pauseAfter({ error, retryAfter, rate }, policy)
    if (breaker === null && pause === null && rate === null && isNoted(fault)) return
    noted = { kind: fault?.kind ?? 'success', at: performance.now() }
    const change: StateChange = {
      brokerId,
      breaker,
      pause,
      rate: rate && { ...rate, resetsIn: Math.min(rate.resetsIn, policy.longestPause) },
      error: fault && detailsOf(fault)
    }
    note(async () => {
      const row = await changeState(pool, change, policy)
      if (row) follow(row)
    })
  }

  /** What goes on as before need not be noted each time. */
  function isNoted(fault: BrokerError | null): boolean {
    const every = fault === null ? policy.successNotes : policy.errorNotes
    return noted.kind === (fault?.kind ?? 'success') && performance.now() - noted.at < every
  }

  function opening(): Opening | null {
    if (known.openUntil === null) return null
    const { lastErrorDetail = null, lastErrorStatus = null } = known.row ?? {}
    return { leftMilliseconds: known.openUntil - performance.now(), lastErrorDetail, lastErrorStatus }
  }

  return {
    take,
    follow,
    pausedFor: () => known.pausedUntil - performance.now(),
    opening,
    note,
    async settled() {
      await notes
    }
  }
}

/** A broker that knows no such alert, or refuses a query, does what it should. */
function isFault({ kind }: BrokerError): boolean {
  return kind !== 'not-found' && kind !== 'query-rejected'
}

function detailsOf({ kind, message, upstreamStatus }: BrokerError): StateChange['error'] {
  return { kind, detail: message.slice(0, 1000), status: upstreamStatus }
}

/** How long the broker is to be left alone by all [ms]; null when it may be asked on. */
function pauseAfter({ error, retryAfter, rate }: RequestReport, { usualPause, longestPause }: Policy): number | null {
  const limited = error?.kind === 'rate-limited'
  const asked = limited || error?.upstreamStatus === 503 ? (retryAfter ?? (limited ? usualPause : null)) : null
  const renewed = rate !== null && rate.remaining === 0 ? rate.resetsIn : null
  const longest = Math.max(asked ?? 0, renewed ?? 0)
  return longest > 0 ? Math.min(longest, longestPause) : null
}
