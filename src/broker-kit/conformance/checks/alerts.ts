import assert from 'node:assert/strict'
import { sourceOf } from '../../source.ts'
import { isRecord, type Member, membersOf } from '../members.ts'
import { type Normalised, normalise, type Operation, operationsOf, play, readableAlerts, runsOf, toGeneric } from '../play.ts'
import { deepFreeze, fieldsReadBy, schemaFieldsOf, without } from '../raw-alerts.ts'
import { type ConformanceChecks, install, type Subject } from '../subject.ts'

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

  'fields that the broker adds later do not matter': async subject => {
    const { alertComplaints } = install(subject)
    const added = { addedLater: { by: ['the', 'broker'] } }
    for (const raw of await readableAlerts(subject)) {
      const more = Array.isArray(raw) ? raw.map(item => (isRecord(item) ? { ...item, ...added } : item)) : { ...Object(raw), ...added }
      assert.deepEqual(alertComplaints(more), [])
      assert.deepEqual(toGeneric(subject, more), toGeneric(subject, raw))
    }
  },

  'toGenericAlert is pure': async subject => {
    for (const raw of (await readableAlerts(subject)).map(deepFreeze)) {
      const first = toGeneric(subject, raw)
      await new Promise(resolve => setTimeout(resolve, 2))
      assert.deepEqual(toGeneric(subject, raw), first)
    }
  },

  'the alert schema names exactly the fields that are read': async subject => {
    const { module } = subject
    const named = schemaFieldsOf(module.alert)
    const read = new Set<string>()
    for (const raw of await readableAlerts(subject)) {
      for (const field of fieldsReadBy(raw, alert => toGeneric(subject, alert))) {
        assert.notEqual(field, '...', 'toGenericAlert spreads or lists the alert: take its fields one by one')
        assert.ok(named.has(field), `toGenericAlert reads ${field}, which the alert schema does not check`)
        read.add(field)
      }
      const generic = toGeneric(subject, raw)
      for (const field of fieldsReadBy(raw, alert => module.photometryOf?.(alert))) read.add(field)
      for (const field of fieldsReadBy(raw, alert => module.toTarget?.(alert, generic))) read.add(field)
    }
    const idle = [...named].filter(field => !read.has(field))
    assert.deepEqual(idle, [], 'the alert schema asks for fields that no scenario reads; alerts without them would be rejected for nothing')
  },

  'a missing field is caught by the schema, not by a throw': async subject => {
    const { alertComplaints } = install(subject)
    for (const raw of await readableAlerts(subject)) {
      for (const field of schemaFieldsOf(subject.module.alert)) {
        const rest = without(raw, field)
        if (alertComplaints(rest).length > 0) continue
        assert.doesNotThrow(
          () => toGeneric(subject, rest),
          `toGenericAlert throws on an alert without ${field}, which the alert schema accepts`
        )
      }
    }
  },

  'whatever the alert schema accepts can be read': async subject => {
    const { alertComplaints } = install(subject)
    for (const raw of await readableAlerts(subject)) {
      for (const field of schemaFieldsOf(subject.module.alert)) {
        for (const value of oddValues) {
          const odd = Array.isArray(raw) ? raw.map(item => ({ ...Object(item), [field]: value })) : { ...Object(raw), [field]: value }
          if (alertComplaints(odd).length > 0) continue
          assert.doesNotThrow(
            () => toGeneric(subject, odd),
            `toGenericAlert throws on ${field} = ${JSON.stringify(value)}, which the alert schema accepts`
          )
        }
      }
    }
  },

  'an item that is no alert harms only itself': async subject => {
    let tried = 0
    for (const run of runsOf(subject)) {
      const healthy = await play(subject, run)
      const { alerts, read, rejections } = normalise(subject, healthy.values)
      const victim = read.findIndex(value => healthy.sent.some(answer => answer.includes(sourceOf(value)?.text ?? '\0')))
      const text = sourceOf(read[victim])?.text
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
        for (const digits of ['170587116732416143', '3470490460915015042']) await assertSurvives(subject, run, { ...member, digits })
        tried++
      }
    }
    assert.ok(tried > 0, 'no field of any alert gives its id or objectId')
  }
}

/** One member of each name that gives an alert its id or objectId. */
function idMembersOf({ alerts, read }: Normalised): Member[] {
  const members = read.flatMap((raw, index) => {
    const ids = [alerts[index]?.id, alerts[index]?.objectId]
    return membersOf(raw).filter(({ value }) => ids.includes(String(value)))
  })
  return [...new Map(members.map(member => [member.name, member])).values()]
}

/** Has the broker send a long number in place of an id. */
async function assertSurvives(subject: Subject, run: Operation, { name, value, digits }: Member & { digits: string }): Promise<void> {
  const edit = (text: string) => text.replace(memberPattern(name, value), (_, before: string) => `${before}${digits}`)
  const { alerts, rejections } = normalise(subject, (await play(subject, run, { edit })).values)
  const found = alerts.flatMap(({ id, objectId }) => [id, objectId])
  const rounded = found.filter(id => Number(id) === Number(digits) && id !== digits)
  assert.deepEqual(rounded, [], `${run.title}: ${name} = ${digits} was rounded`)
  const mayReject = typeof value === 'string' && rejections.length > 0
  assert.ok(found.includes(digits) || mayReject, `${run.title}: ${name} = ${digits} is gone`)
}

const oddValues = ['', 'x', '\ud800', '2016-12-31T23:59:60Z', '0000-00-00', 'NaN', 0, -1, 0.5, -999, -99_999, 1e308, true, null, [], {}]

/** The values in a JSON text as they are written there, member names left out. */
function valuesIn(text: string): string[] {
  const tokens = text.matchAll(/("(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*)\s*(:?)/g)
  return [...tokens].flatMap(([, token = '', colon]) => (colon === ':' ? [] : [token]))
}

function memberPattern(name: string, value: unknown): RegExp {
  const escaped = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
  return new RegExp(
    `(${escaped(JSON.stringify(name))}\\s*:\\s*)(?:${escaped(JSON.stringify(value))}|${escaped(JSON.stringify(String(value)))})(?=\\s*[,}])`,
    'g'
  )
}
