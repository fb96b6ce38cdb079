import assert from 'node:assert/strict'
import { inspect } from 'node:util'
import { type BrokerErrorKind, isBrokerError } from '../../errors.ts'
import { unreadableReason } from '../../source.ts'
import { normalise } from '../normalise.ts'
import { type Operation, operationsOf } from '../operations.ts'
import { attempt, type Outcome, play } from '../play.ts'
import type { Failure } from '../stand-in.ts'
import type { ConformanceChecks, Subject } from '../subject.ts'

/** How a module takes it when its broker fails. */
export const failureChecks: ConformanceChecks = {
  'every failure of the broker is a BrokerError of the right kind': async subject => {
    await assertKinds(subject, refusals)
  },

  'an answer that cannot be read is a bad response': async subject => {
    await assertKinds(subject, nonsense)
  },

  'secrets stay out of errors, feedback, logs and alerts': async subject => {
    const { module, scenarios } = subject
    const names = Object.entries(module.settings?.properties ?? {}).flatMap(([name, schema]) =>
      schema['writeOnly'] === true ? [name] : []
    )
    for (const name of names) {
      const isSet = Object.values(scenarios).some(({ settings }) => settings?.[name] !== undefined)
      assert.ok(isSet, `no scenario sets ${name}: record one that does`)
    }
    for (const operation of operationsOf(subject)) {
      const secrets = names.map(name => operation.scenario.settings?.[name]).filter(value => typeof value === 'string')
      if (secrets.length === 0) continue
      assertSilent(subject, operation, await play(subject, operation), secrets)
      for (const how of echoesOf(secrets)) {
        assertSilent(subject, operation, await attempt(subject, operation, { failure: { how, from: 0 } }), secrets)
      }
    }
  }
}

interface Case {
  readonly how: Failure
  readonly kinds: readonly BrokerErrorKind[]
}

const page = '<!doctype html><html><body><h1>Down for maintenance</h1></body></html>'
const anyKind: readonly BrokerErrorKind[] = ['unreachable', 'rate-limited', 'unauthorized', 'not-found', 'query-rejected', 'bad-response']

const refusals: Readonly<Record<string, Case>> = {
  ...Object.fromEntries(
    (
      [
        [400, 'query-rejected'],
        [401, 'unauthorized'],
        [403, 'unauthorized'],
        [404, 'not-found'],
        [429, 'rate-limited'],
        [500, 'unreachable'],
        [503, 'unreachable']
      ] as const
    ).map(([status, kind]) => [`status ${status}`, { how: { status, text: '{"message":"no"}' }, kinds: [kind] }])
  ),
  'a connection that is reset': { how: 'reset', kinds: ['unreachable'] },
  'a connection that breaks off within the answer': { how: 'broken off', kinds: ['unreachable', 'bad-response'] },
  silence: { how: 'silence', kinds: ['unreachable'] }
}

const nonsense: Readonly<Record<string, Case>> = {
  'HTML with status 200': { how: { status: 200, text: page }, kinds: ['bad-response'] },
  'HTML that says it is JSON': {
    how: { status: 200, text: page, headers: { 'content-type': 'application/json' } },
    kinds: ['bad-response']
  },
  'an error in an answer with status 200': {
    how: { status: 200, text: '{"status":"error","error":"no","message":"no","errors":{"a":"no"}}' },
    kinds: anyKind
  },
  'JSON that is cut off': { how: 'cut', kinds: ['bad-response'] },
  ...Object.fromEntries(
    ['null', '7', 'NaN', '"no"', ''].map(text => [
      `the body ${text || 'of no bytes'}`,
      { how: { status: 200, text }, kinds: ['bad-response'] }
    ])
  )
}

/** Has every request fail, and then only the last one: what came before must not hide it. */
async function assertKinds(subject: Subject, cases: Readonly<Record<string, Case>>): Promise<void> {
  for (const operation of operationsOf(subject)) {
    const { requests } = await play(subject, operation)
    for (const [name, { how, kinds }] of Object.entries(cases)) {
      for (const from of new Set([0, requests.length - 1])) {
        const limits = how === 'silence' ? { requestTimeout: 150 } : {}
        const outcome = await attempt(subject, operation, { failure: { how, from }, limits })
        // A rejection tells it, too: of the end of a list that is cut off, or of one object among many that is gone.
        const isPartial = how === 'cut' || (typeof how === 'object' && how.status === 404)
        if (isPartial && outcome.values.some(value => unreadableReason(value) !== null)) continue
        const where = `${operation.title}: ${name}, from request ${from + 1} on`
        assert.ok(outcome.failure, `${where}: nothing was thrown`)
        const { error } = outcome.failure
        assert.ok(isBrokerError(error), `${where}: ${inspect(error)} is no BrokerError`)
        assert.ok(kinds.includes(error.kind), `${where}: the kind is ${error.kind}, not ${kinds.join(' or ')}`)
      }
    }
  }
}

/** Answers that give a secret back, as brokers do that quote what they were asked. */
function echoesOf(secrets: readonly string[]): Failure[] {
  const text = JSON.stringify({ error: `invalid: ${secrets.join(' ')}`, message: secrets.join(' ') })
  return [
    ...[200, 400, 401, 404, 429, 500].map(status => ({ status, text })),
    { status: 200, text: `<p>${secrets.join(' ')}</p>` },
    'reset'
  ]
}

function assertSilent(subject: Subject, { title }: Operation, outcome: Outcome, secrets: readonly string[]): void {
  const { alerts } = normalise(subject, outcome.values)
  const told = {
    'an error': inspect(outcome.failure?.error, { depth: 8, showHidden: true }),
    feedback: outcome.feedback.join(' '),
    'the log': outcome.logged,
    'a checkpoint': outcome.checkpoints.map(({ token }) => token).join(' '),
    'an alert': JSON.stringify(alerts)
  }
  for (const [place, text] of Object.entries(told)) {
    for (const secret of secrets) assert.ok(!text.includes(secret), `${title}: ${place} holds a secret`)
  }
}
