import { inspect } from 'node:util'
import { type BrokerErrorKind, isBrokerError } from '../../errors.ts'
import { unreadableReason } from '../../source.ts'
import { normalise } from '../normalise.ts'
import { type Operation, operationsOf } from '../operations.ts'
import { attempt, type Outcome, type PlayOptions, play } from '../play.ts'
import type { Subject } from '../subject.ts'
import type { ContentFault, ContentFaults } from './content-fault.ts'

/** How one fault ended, played in one way. */
export interface FaultResult {
  readonly fault: string
  readonly where: string
  /** The kind of the error; else whether alerts were rejected, or all was taken. */
  readonly end: BrokerErrorKind | 'rejections' | 'taken'
  /** What is wrong with that; null when it is right. */
  readonly complaint: string | null
}

/** Plays faults on one operation of a module, in every way that makes sense for it. */
async function* playFaults(subject: Subject, operation: Operation, faults: ContentFaults): AsyncGenerator<FaultResult> {
  const healthy = await play(subject, operation)
  for (const [name, fault] of Object.entries(faults)) {
    for (const { title, options } of fault.variations(healthy)) {
      const outcome = await attempt(subject, operation, options)
      const judged = judge({ subject, operation, fault, healthy, outcome, options })
      yield { fault: name, where: `${operation.title}: ${name}, ${title}`, ...judged }
    }
  }
}

/** Plays all faults of a list on everything that a module does. */
export async function* playContentFaults(subject: Subject, faults: ContentFaults): AsyncGenerator<FaultResult> {
  for (const operation of operationsOf(subject)) yield* playFaults(subject, operation, faults)
}

interface Played {
  readonly subject: Subject
  readonly operation: Operation
  readonly fault: ContentFault
  readonly healthy: Outcome
  readonly outcome: Outcome
  readonly options: PlayOptions
}

function judge(played: Played): Pick<FaultResult, 'end' | 'complaint'> {
  const { outcome, healthy } = played
  const most = 3 * healthy.requests.length + 30
  const endless = outcome.requests.length > most ? `made ${outcome.requests.length} requests, where ${healthy.requests.length} do` : null
  const judged = outcome.failure ? judgeError(outcome.failure.error, played) : judgeEnd(played)
  return { ...judged, complaint: endless ?? judged.complaint }
}

function judgeError(error: unknown, { fault: { kinds } }: Played): Pick<FaultResult, 'end' | 'complaint'> {
  if (!isBrokerError(error)) return { end: 'taken', complaint: `${inspect(error)} is no BrokerError` }
  const { kind, message } = error
  if (!kinds.includes(kind)) return { end: kind, complaint: `the kind is ${kind}, not ${kinds.join(' or ') || 'none at all'}: ${message}` }
  return { end: kind, complaint: message.length < 10 ? `the message says nothing: '${message}'` : null }
}

function judgeEnd(played: Played): Pick<FaultResult, 'end' | 'complaint'> {
  const { subject, operation, fault, healthy, outcome } = played
  const { alerts, rejections } = operation.kind === 'photometry' ? { alerts: [], rejections: [] } : normalise(subject, outcome.values)
  const end = rejections.length > 0 ? 'rejections' : 'taken'
  const isSame =
    operation.kind === 'photometry'
      ? sameTexts(outcome.values, healthy.values)
      : sameTexts(alerts, normalise(subject, healthy.values).alerts)
  const wrong: Record<ContentFault['mayEnd'], string | null> = {
    never: isToldByRejection(played) ? null : 'nothing was thrown',
    told: healthy.values.length > 0 && outcome.values.length + outcome.feedback.length === 0 ? 'it ends as if there were nothing' : null,
    same: isSame ? null : 'it gives something else',
    anyhow: null
  }
  return { end, complaint: wrong[fault.mayEnd] }
}

/** A rejection tells it, too: of the end of a list that is cut off, or of one object among many that is gone. */
function isToldByRejection({ outcome, options: { failure } }: Played): boolean {
  const how = failure?.how
  const isPartial = how === 'cut' || (typeof how === 'object' && how.status === 404)
  return isPartial && outcome.values.some(value => unreadableReason(value) !== null)
}

function sameTexts(some: readonly unknown[], others: readonly unknown[]): boolean {
  return JSON.stringify(some) === JSON.stringify(others)
}
