import assert from 'node:assert/strict'
import { sourceOf } from '../../source.ts'
import { isRecord, type Member, membersOf } from '../members.ts'
import { type Normalised, normalise } from '../normalise.ts'
import { type Operation, operationsOf, runsOf } from '../operations.ts'
import { attempt, play, playedOut } from '../play.ts'
import type { ConformanceChecks, Subject } from '../subject.ts'

/** What a run yields, and what becomes of it. */
export const alertChecks: ConformanceChecks = {
  'each scenario gives the expected alerts': async subject => {
    const used = new Set<unknown>()
    let complete = 0
    for (const operation of operationsOf(subject)) {
      const outcome = await play(subject, operation)
      for (const exchange of outcome.used) used.add(exchange)
      if (operation.kind !== 'alerts') continue
      const { title, scenario } = operation
      const { alerts, rejections } = normalise(subject, outcome.values)
      const comparable = alerts.map((alert, index) => (typeof scenario.alerts[index] === 'string' ? alert.id : alert))
      assert.deepEqual(comparable, scenario.alerts, `${title}: alerts (rejections: ${rejections.join('; ')})`)
      assert.equal(rejections.length, scenario.rejections ?? 0, `${title}: rejections: ${rejections.join('; ')}`)
      assert.deepEqual(outcome.feedback, scenario.feedback ?? [], `${title}: feedback`)
      const tokens = outcome.checkpoints.map(({ token }) => token)
      if (scenario.checkpoints) assert.deepEqual(tokens, scenario.checkpoints, `${title}: checkpoints`)
      complete += comparable.filter(isRecord).length
    }
    assert.ok(complete > 0, 'no scenario tells a whole alert: record one that does')
    const idle = Object.values(subject.scenarios).flatMap(({ exchanges }) => exchanges.filter(exchange => !used.has(exchange)))
    assert.deepEqual(
      idle.map(({ path }) => path),
      [],
      'recorded, but never asked for'
    )
  },

  'alert ids are unique within a run': async subject => {
    for (const run of runsOf(subject)) {
      const { alerts } = normalise(subject, (await play(subject, run)).values)
      const ids = alerts.map(({ id }) => id)
      assert.deepEqual(ids, [...new Set(ids)], run.title)
    }
  },

  'every value keeps the text that it was read from': async subject => {
    for (const operation of operationsOf(subject).filter(({ kind }) => kind !== 'photometry')) {
      const { values, sent } = await play(subject, operation)
      for (const value of values) {
        const text = sourceOf(value)?.text
        assert.ok(
          text,
          `${operation.title}: a yielded value has no source text; yield what the HTTP client gave, or compose it with joinObject or joinArray`
        )
        const changed = valuesIn(text).filter(token => !sent.some(answer => answer.includes(token)))
        assert.deepEqual(changed, [], `${operation.title}: the source text holds what the broker never sent`)
      }
    }
  },

  'an item that is no alert harms only itself': async subject => {
    let tried = 0
    for (const run of runsOf(subject)) {
      const healthy = await play(subject, run)
      const { alerts, read, rejections } = normalise(subject, healthy.values)
      const texts = read.map(value => sourceOf(value)?.text ?? '\0')
      // An alert that is an answer of its own is no item of one: without it, there is no answer.
      if (texts.some(text => healthy.sent.includes(text))) tried++
      const victim = texts.findIndex(text => healthy.sent.some(answer => answer !== text && answer.includes(text)))
      const text = texts[victim]
      if (text === undefined) continue
      tried++
      for (const odd of ['7', 'null', '"x"', '{}', '[]', '{"a":"\\u0000"}']) {
        const outcome = normalise(subject, (await play(subject, run, { edit: answer => answer.replace(text, () => odd) })).values)
        assert.deepEqual(outcome.alerts, alerts.toSpliced(victim, 1), `${run.title}: alerts beside ${odd}`)
        assert.equal(outcome.rejections.length, rejections.length + 1, `${run.title}: ${odd} must come through, so that it can be told`)
      }
    }
    assert.ok(tried > 0, 'no alert of any scenario stands in an answer as it is')
  },

  'ids of 18 and 19 digits survive': async subject => {
    let tried = 0
    for (const run of runsOf(subject)) {
      for (const member of idMembersOf(normalise(subject, (await play(subject, run)).values))) {
        for (const digits of ['170587116732416143', '3470490460915015042']) {
          if (await survives(subject, run, { ...member, digits })) tried++
        }
      }
    }
    assert.ok(tried > 0, 'no field of any alert gives its id or objectId')
  }
}

/** A member that gives an alert its id or objectId, and where it stands when its alert is no JSON. */
interface IdMember extends Member {
  readonly row: string | null
}

/** One such member of each name. */
function idMembersOf({ alerts, read }: Normalised): IdMember[] {
  const members = read.flatMap((raw, index) => {
    const ids = [alerts[index]?.id, alerts[index]?.objectId]
    const source = sourceOf(raw)
    const row = source?.mediaType === 'text/csv' ? source.text : null
    return membersOf(raw)
      .filter(({ value }) => ids.includes(String(value)))
      .map(member => ({ ...member, row }))
  })
  return [...new Map(members.map(member => [member.name, member])).values()]
}

/** Has the broker send a long number in place of an id; false when another member of the alert gives the id all the same. */
async function survives(subject: Subject, run: Operation, { name, value, row, digits }: IdMember & { digits: string }): Promise<boolean> {
  const inJson = (text: string) => text.replace(memberPattern(name, value), (_, before: string) => `${before}${digits}`)
  const inRow = (text: string) => text.replace(row ?? '', whole => whole.replace(String(value), digits))
  const outcome = await attempt(subject, run, { edit: row === null ? inJson : inRow })
  // A run that asks for what it was told has the id, to its last digit; that other object is not recorded.
  if (outcome.unrecorded.some(asked => asked.includes(digits))) return true
  const { alerts, rejections } = normalise(subject, playedOut(run, outcome).values)
  const found = alerts.flatMap(({ id, objectId }) => [id, objectId])
  const rounded = found.filter(id => Number(id) === Number(digits) && id !== digits)
  assert.deepEqual(rounded, [], `${run.title}: ${name} = ${digits} was rounded`)
  if (!found.includes(digits) && found.includes(String(value))) return false
  const mayReject = typeof value === 'string' && rejections.length > 0
  // A run that asks for the one id need not yield the other.
  const mayLeaveOut = JSON.stringify(run.scenario.parameters).toLowerCase().includes(String(value).toLowerCase())
  assert.ok(found.includes(digits) || mayReject || mayLeaveOut, `${run.title}: ${name} = ${digits} is gone`)
  return true
}

/** The values in a JSON text as they are written there, member names left out. */
function valuesIn(text: string): string[] {
  const tokens = text.matchAll(/("(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*)\s*(:?)/g)
  return [...tokens].flatMap(([, token = '', colon]) => (colon === ':' ? [] : [token]))
}

function memberPattern(name: string, value: unknown): RegExp {
  const escaped = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
  // A long number is read as text: it may stand there with quotes or without.
  const written = [JSON.stringify(String(value)), String(value)].map(escaped)
  return new RegExp(`(${escaped(JSON.stringify(name))}\\s*:\\s*)(?:${written.join('|')})(?=\\s*[,}])`, 'g')
}
