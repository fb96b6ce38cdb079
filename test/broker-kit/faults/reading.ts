import { sourceOf, Type, withSource } from '../../../src/broker-kit/index.ts'
import { alertsOf, type Fault, fetching, healthy, scenario, scenarios } from './fault.ts'

/** Faults in what a module makes of its answers. */
export const readingFaults: Readonly<Record<string, Fault>> = {
  'a wrong value': {
    caughtBy: 'each scenario gives the expected alerts',
    module: { toGenericAlert: (raw, origin) => ({ ...healthy.toGenericAlert(raw, origin), score: 1 }) }
  },
  'the clock in toGenericAlert': {
    caughtBy: 'toGenericAlert is pure',
    module: { toGenericAlert: (raw, origin) => ({ ...healthy.toGenericAlert(raw, origin), timestamp: new Date().toISOString() }) }
  },
  'a right ascension of 360': {
    caughtBy: 'each scenario gives the expected alerts',
    module: { toGenericAlert: (raw, origin) => ({ ...healthy.toGenericAlert(raw, origin), ra: 360 }) }
  },
  'a magnitude of NaN': {
    caughtBy: 'each scenario gives the expected alerts',
    module: { toGenericAlert: (raw, origin) => ({ ...healthy.toGenericAlert(raw, origin), mag: Number.NaN }) }
  },
  'a cone at 0 that is lost': {
    caughtBy: 'each scenario gives the expected alerts',
    module: fetching(({ cone, ...rest }, context) => alertsOf(Object(cone).ra ? { cone, ...rest } : rest, context))
  },
  'feedback that nobody expects': {
    caughtBy: 'each scenario gives the expected alerts',
    module: fetching((parameters, context) => {
      context.feedback('Hello.')
      return alertsOf(parameters, context)
    })
  },
  'a recorded request that is never made': {
    caughtBy: 'each scenario gives the expected alerts',
    subject: scenario('nothing', { exchanges: [...(scenarios['nothing']?.exchanges ?? []), { path: 'never' }] })
  },
  'every alert twice': {
    caughtBy: 'alert ids are unique within a run',
    module: fetching(async function* (parameters, context) {
      for await (const raw of alertsOf(parameters, context)) {
        yield raw
        yield raw
      }
    })
  },
  'alerts without their text': {
    caughtBy: 'every value keeps the text that it was read from',
    module: fetching(async function* (parameters, context) {
      for await (const raw of alertsOf(parameters, context)) yield { ...Object(raw) }
    })
  },
  'a text that was written anew': {
    caughtBy: 'every value keeps the text that it was read from',
    module: fetching(async function* (parameters, context) {
      for await (const raw of alertsOf(parameters, context))
        yield withSource(Object(raw), JSON.stringify(JSON.parse(sourceOf(raw)?.text ?? '')))
    })
  },
  'a closed alert schema': {
    caughtBy: 'fields that the broker adds later do not matter',
    module: { alert: { ...healthy.alert, additionalProperties: false } }
  },
  'spreading the raw alert': {
    caughtBy: 'the alert schema names exactly the fields that are read',
    module: { toGenericAlert: (raw, origin) => healthy.toGenericAlert({ ...Object(raw) }, origin) }
  },
  'reading a field that is not checked': {
    caughtBy: 'the alert schema names exactly the fields that are read',
    module: { toGenericAlert: (raw, origin) => ({ ...healthy.toGenericAlert(raw, origin), band: Object(raw).extra.b }) }
  },
  'checking a field that is not read': {
    caughtBy: 'the alert schema names exactly the fields that are read',
    module: { alert: Type.Object({ ...Object(healthy.alert).properties, extra: Type.Unknown() }) }
  },
  'changing the raw alert': {
    caughtBy: 'toGenericAlert is pure',
    module: {
      toGenericAlert: (raw, origin) => {
        Object(raw).seen = true
        return healthy.toGenericAlert(raw, origin)
      }
    }
  },
  'a required field that is optional in the schema': {
    caughtBy: 'a missing field is caught by the schema, not by a throw',
    module: { alert: Type.Partial(Type.Object(Object(healthy.alert).properties)) }
  },
  'times without bounds': {
    caughtBy: 'whatever the alert schema accepts can be read',
    module: { alert: Type.Object({ ...Object(healthy.alert).properties, mjd: Type.Number() }) }
  },
  'one bad item ends the run': {
    caughtBy: 'an item that is no alert harms only itself',
    module: fetching(async function* (parameters, context) {
      for await (const raw of alertsOf(parameters, context)) {
        if (Object(raw).id === undefined) throw new TypeError('no id')
        yield raw
      }
    })
  },
  'bad items vanish': {
    caughtBy: 'an item that is no alert harms only itself',
    module: fetching(async function* (parameters, context) {
      for await (const raw of alertsOf(parameters, context)) if (Object(raw).id !== undefined) yield raw
    })
  },
  'ids as numbers': {
    caughtBy: 'ids of 18 and 19 digits survive',
    module: { toGenericAlert: (raw, origin) => ({ ...healthy.toGenericAlert(raw, origin), id: BigInt(Number(Object(raw).id)).toString() }) }
  },
  'ids that the schema takes as short numbers only': {
    caughtBy: 'ids of 18 and 19 digits survive',
    module: { alert: Type.Object({ ...Object(healthy.alert).properties, id: Type.Integer() }) }
  },
  'fetchAlert answers another alert': {
    caughtBy: 'fetchAlert gives the alert that was asked for',
    module: { fetchAlert: async (_id, context) => healthy.fetchAlert?.('1', context) },
    subject: scenario('two-pages', {
      exchanges: [
        ...(scenarios['two-pages']?.exchanges ?? []),
        { path: 'alerts/1', text: '{"id": 1, "name": "A", "mjd": 60000.5, "ra": 0, "dec": 0}' }
      ]
    })
  },
  'fetchAlert that no scenario shows': {
    caughtBy: 'fetchAlert gives the alert that was asked for',
    subject: scenario('two-pages', { fetchAlert: [] })
  },
  'a secret without a probe': {
    caughtBy: 'credentials can be checked before first use',
    lacks: 'probe',
    subject: scenario('two-pages', { probe: false })
  },
  'a probe that no scenario shows': {
    caughtBy: 'credentials can be checked before first use',
    subject: scenario('two-pages', { probe: false })
  },
  'a probe that asks nothing': {
    caughtBy: 'credentials can be checked before first use',
    module: { probe: async () => {} }
  },
  'a light curve out of order': {
    caughtBy: 'a light curve holds each point once, in order of time',
    module: {
      fetchPhotometry: async function* (objectId, context) {
        yield* (await Array.fromAsync(healthy.fetchPhotometry?.(objectId, context) ?? [])).toReversed()
      }
    }
  },
  'a light curve with a point twice': {
    caughtBy: 'a light curve holds each point once, in order of time',
    module: {
      fetchPhotometry: async function* (objectId, context) {
        for await (const point of healthy.fetchPhotometry?.(objectId, context) ?? []) yield* [point, point]
      }
    }
  },
  'an alert whose light curve has no times': {
    caughtBy: 'the light curve within an alert is one, too',
    module: { photometryOf: () => [Object({ mag: 20 })] }
  }
}
