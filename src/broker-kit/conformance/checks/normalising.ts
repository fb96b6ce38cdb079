import assert from 'node:assert/strict'
import { isRecord } from '../members.ts'
import { toGeneric } from '../normalise.ts'
import { readableAlerts } from '../play.ts'
import { deepFreeze, fieldsReadBy, schemaFieldsOf, without } from '../raw-alerts.ts'
import { type ConformanceChecks, install } from '../subject.ts'

/** How raw alerts become generic ones. */
export const normalisingChecks: ConformanceChecks = {
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
  }
}

const oddValues = ['', 'x', '\ud800', '2016-12-31T23:59:60Z', '0000-00-00', 'NaN', 0, -1, 0.5, -999, -99_999, 1e308, true, null, [], {}]
