import assert from 'node:assert/strict'
import { inspect } from 'node:util'
import { Agent } from 'undici'
import { createContext } from '../context.ts'
import type { BrokerContext } from '../define-broker.ts'
import type { HttpLimits } from '../http-limits.ts'
import { normalise } from './normalise.ts'
import { type Operation, runsOf } from './operations.ts'
import { type StandIn, type StandInOptions, startStandIn } from './stand-in.ts'
import { install, type Subject } from './subject.ts'

/** How to play it. */
export interface PlayOptions extends Pick<StandInOptions, 'failure' | 'edit' | 'answer' | 'onRequest'> {
  /** Stops after so many values. */
  readonly take?: number
  readonly signal?: AbortSignal
  readonly resumeFrom?: string
  readonly limits?: Partial<HttpLimits>
  readonly parameters?: Record<string, unknown>
  readonly settings?: Record<string, unknown>
}

/** What came of it. */
export interface Outcome extends Pick<StandIn, 'baseUrl' | 'requests' | 'unrecorded' | 'used' | 'sent'> {
  readonly values: readonly unknown[]
  /** What was thrown, if anything. */
  readonly failure: { readonly error: unknown } | null
  readonly feedback: readonly string[]
  readonly checkpoints: readonly { readonly token: string; readonly yieldedBefore: number }[]
  readonly logged: string
  /** Requests that were made through the context. */
  readonly dispatched: number
  /** Members of the context that the module looked at. */
  readonly looked: ReadonlySet<string>
}

/** Plays an operation that must succeed: no check may pass because nothing happened. */
export async function play(subject: Subject, operation: Operation, options: PlayOptions = {}): Promise<Outcome> {
  return playedOut(operation, await attempt(subject, operation, options))
}

/** An outcome that must be a success. */
export function playedOut({ title }: Operation, outcome: Outcome): Outcome {
  if (outcome.failure) throw new assert.AssertionError({ message: `${title}: ${inspect(outcome.failure.error)}` })
  assert.deepEqual(outcome.unrecorded, [], `${title}: asked for what is not recorded`)
  return outcome
}

/** Plays an operation against a stand-in on loopback, whatever comes of it. */
export async function attempt(subject: Subject, operation: Operation, options: PlayOptions = {}): Promise<Outcome> {
  const { module } = subject
  const { scenario } = operation
  const standIn = await startStandIn({ ...options, exchanges: scenario.exchanges, basePath: new URL(module.baseUrl).pathname })
  const agent = new Agent({ allowH2: false })
  const values: unknown[] = []
  const record = createRecord(() => values.length)
  const broker = { ...install(subject), baseUrl: standIn.baseUrl, settings: options.settings ?? structuredClone(scenario.settings ?? {}) }
  const { feedback, ...listeners } = record.listeners
  const context = createContext({
    broker,
    signal: options.signal ?? new AbortController().signal,
    ...listeners,
    resumeFrom: options.resumeFrom ?? scenario.resumeFrom ?? null,
    newerThan: scenario.newerThan ?? null,
    limits: { retries: 0, requestTimeout: 10_000, ...options.limits },
    dispatcher: agent.compose(dispatch => (request, handler) => {
      record.dispatched++
      return dispatch(request, handler)
    })
  })
  const take = options.take ?? (module.delivery === 'endless' ? scenario.alerts.length : Number.POSITIVE_INFINITY)
  let failure: Outcome['failure'] = null
  try {
    const parameters = options.parameters ?? structuredClone(scenario.parameters)
    for await (const value of operation.run(watched({ ...context, feedback }, record.looked), parameters)) {
      values.push(value)
      if (values.length >= take) break
    }
  } catch (error) {
    failure = { error }
  } finally {
    await agent.destroy()
    await standIn.close()
  }
  const { baseUrl, requests, unrecorded, used, sent } = standIn
  return { ...record.result(), values, failure, baseUrl, requests, unrecorded, used, sent }
}

function createRecord(yielded: () => number) {
  const feedback: string[] = []
  const checkpoints: { token: string; yieldedBefore: number }[] = []
  const lines: string[] = []
  const looked = new Set<string>()
  const log = (fields: object, message: string) => void lines.push(`${message} ${inspect(fields, { depth: 8 })}`)
  const record = {
    dispatched: 0,
    looked,
    listeners: {
      log: { debug: log, info: log, warn: log },
      feedback: (message: string) => void feedback.push(message),
      checkpoint: (token: string) => void checkpoints.push({ token, yieldedBefore: yielded() })
    },
    result: () => ({ feedback, checkpoints, logged: lines.join('\n'), dispatched: record.dispatched, looked })
  }
  return record
}

function watched(context: BrokerContext, looked: Set<string>): BrokerContext {
  return new Proxy(context, {
    get(target, member, receiver) {
      if (typeof member === 'string') looked.add(member)
      return Reflect.get(target, member, receiver)
    }
  })
}

/** Plays all runs; answers the values that became alerts, at least one. */
export async function readableAlerts(subject: Subject): Promise<unknown[]> {
  const outcomes = await Promise.all(runsOf(subject).map(run => play(subject, run)))
  const values = outcomes.flatMap(outcome => normalise(subject, outcome.values).read)
  assert.ok(values.length > 0, 'no scenario yields an alert: record one that does')
  return values
}
