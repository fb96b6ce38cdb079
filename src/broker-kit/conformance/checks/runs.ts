import assert from 'node:assert/strict'
import { sourceOf } from '../../source.ts'
import { watchConnections } from '../connections.ts'
import { normalise } from '../normalise.ts'
import { type Operation, operationsOf, runsOf } from '../operations.ts'
import { attempt, type Outcome, play } from '../play.ts'
import { deepFreeze } from '../raw-alerts.ts'
import type { ConformanceChecks, Subject } from '../subject.ts'

/** How a module goes about its work. */
export const runChecks: ConformanceChecks = {
  'parameters and settings are not changed': async subject => {
    for (const operation of operationsOf(subject)) {
      const { parameters, settings = {} } = structuredClone(operation.scenario)
      await play(subject, operation, { parameters: deepFreeze(parameters), settings: deepFreeze(settings) })
    }
  },

  'runs do not share state': async subject => {
    const operations = operationsOf(subject)
    const alone = await inTurn(operations, operation => play(subject, operation))
    const [first, second] = [operations, operations].map(all => Promise.all(all.map(operation => play(subject, operation))))
    for (const together of [await first, await second]) {
      for (const [index, operation] of operations.entries()) {
        assert.deepEqual(together?.[index]?.values, alone[index]?.values, operation.title)
      }
    }
  },

  'pages are fetched only when wanted': async subject => {
    for (const run of runsOf(subject)) {
      const whole = await play(subject, run)
      if (whole.requests.length < 2 || whole.values.length < 2) continue
      const { requests } = await play(subject, run, { take: 1 })
      assert.ok(requests.length < whole.requests.length, `${run.title}: ${requests.length} requests for one alert`)
    }
  },

  'a cancelled run makes no request': async subject => {
    for (const operation of operationsOf(subject)) {
      const reason = new Error('cancelled before it began')
      const { failure, requests } = await attempt(subject, operation, { signal: AbortSignal.abort(reason) })
      assert.deepEqual(requests, [], operation.title)
      assert.equal(failure?.error, reason, `${operation.title}: must throw the reason of the signal`)
    }
  },

  'cancelling stops a waiting run within half a second': async subject => {
    for (const operation of operationsOf(subject)) {
      const { requests } = await play(subject, operation)
      for (const from of new Set([0, requests.length - 1])) await assertStops(subject, operation, from)
    }
  },

  'a checkpoint resumes without loss or repeat': async subject => {
    const outcomes = await inTurn(runsOf(subject), async run => ({ run, outcome: await play(subject, run) }))
    const members = ['checkpoint', 'resumeFrom'].filter(member => outcomes.some(({ outcome }) => outcome.looked.has(member)))
    if (members.length === 0) return
    assert.deepEqual(members, ['checkpoint', 'resumeFrom'], 'a module uses both, checkpoint and resumeFrom, or neither')
    assert.ok(
      outcomes.some(({ outcome }) => outcome.checkpoints.length > 0),
      'no scenario comes to a checkpoint: record one that does'
    )
    for (const { run, outcome } of outcomes) await assertResumes(subject, run, outcome)
  },

  'nothing is reached but through the context': async subject => {
    for (const operation of operationsOf(subject)) {
      const connections = watchConnections()
      try {
        const { baseUrl, requests, dispatched } = await play(subject, operation)
        const { origin, host } = new URL(baseUrl)
        const elsewhere = connections.seen().filter(destination => destination !== origin && destination !== host)
        assert.deepEqual(elsewhere, [], `${operation.title}: reached for what is not its broker`)
        assert.equal(requests.length, dispatched, `${operation.title}: asked its broker, but not through context.http`)
      } finally {
        connections.stop()
      }
    }
  }
}

async function inTurn<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = []
  for (const item of items) results.push(await work(item))
  return results
}

/** Cancels while the request with this number waits for its answer. */
async function assertStops(subject: Subject, operation: Operation, from: number): Promise<void> {
  const controller = new AbortController()
  const reason = new Error('cancelled while it waited')
  const asked = Promise.withResolvers<void>()
  const onRequest = (before: number) => {
    if (before === from) asked.resolve()
  }
  const ended = attempt(subject, operation, { signal: controller.signal, failure: { how: 'silence', from }, onRequest })
  await Promise.race([asked.promise, ended])
  controller.abort(reason)
  const outcome = await Promise.race([ended, halfASecond()])
  assert.ok(outcome, `${operation.title}: still runs half a second after it was cancelled`)
  assert.equal(outcome.failure?.error, reason, `${operation.title}: must throw the reason of the signal`)
}

// Counted in turns of the event loop, so that a machine that stood still does not count.
async function halfASecond(): Promise<null> {
  for (let turn = 0; turn < 25; turn++) await new Promise(resolve => setTimeout(resolve, 20))
  return null
}

async function assertResumes(subject: Subject, run: Operation, { values, checkpoints }: Outcome): Promise<void> {
  const idsOf = (some: readonly unknown[]) => some.map(value => normalise(subject, [value]).alerts[0]?.id ?? sourceOf(value)?.text)
  for (const { token, yieldedBefore } of checkpoints) {
    const resumed = await play(subject, run, { resumeFrom: token })
    assert.deepEqual(idsOf(resumed.values), idsOf(values.slice(yieldedBefore)), `${run.title}: resumed from ${JSON.stringify(token)}`)
  }
}
