import assert from 'node:assert/strict'
import { inspect } from 'node:util'
import { nonsense, refusals } from '../faults/answers.ts'
import type { ContentFaults } from '../faults/content-fault.ts'
import { edits } from '../faults/edits.ts'
import { endlessPages } from '../faults/pages.ts'
import { playContentFaults } from '../faults/play-faults.ts'
import { normalise } from '../normalise.ts'
import { type Operation, operationsOf } from '../operations.ts'
import { attempt, type Outcome, play } from '../play.ts'
import type { Failure } from '../stand-in.ts'
import type { ConformanceChecks, Subject } from '../subject.ts'

/** How a module takes it when its broker fails. */
export const failureChecks: ConformanceChecks = {
  'every failure of the broker is a BrokerError of the right kind': async subject => {
    await assertTaken(subject, refusals)
  },

  'an answer that cannot be read is a bad response': async subject => {
    await assertTaken(subject, nonsense)
  },

  'an answer that is not what it was is told, by an error or by rejections': async subject => {
    await assertTaken(subject, edits)
  },

  'pages that never come to an end do not keep the run': async subject => {
    await assertTaken(subject, endlessPages)
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

/** Plays faults on everything that the module does. */
async function assertTaken(subject: Subject, faults: ContentFaults): Promise<void> {
  for await (const { where, complaint } of playContentFaults(subject, faults)) assert.equal(complaint, null, where)
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
