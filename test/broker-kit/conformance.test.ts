import assert from 'node:assert/strict'
import { request } from 'node:http'
import { describe, test } from 'node:test'
import { request as undiciRequest } from 'undici'
import { checks, parseScenario, type Subject } from '../../src/broker-kit/conformance/index.ts'
import { type AnyBrokerModule, type BrokerContext, isBrokerError, sourceOf, Type, withSource } from '../../src/broker-kit/index.ts'
import { pagedBroker, pagedSubject } from '../helpers/paged-broker.ts'

const healthy: AnyBrokerModule = pagedBroker
const { scenarios, readme } = pagedSubject

interface Fault {
  /** Name of the check that is meant to catch it. */
  readonly caughtBy: string
  readonly module?: Partial<AnyBrokerModule>
  readonly subject?: Partial<Subject>
}

type FetchAlerts = AnyBrokerModule['fetchAlerts']

/** What the healthy module yields. */
function alertsOf(parameters: object, context: BrokerContext): AsyncIterable<unknown> {
  return healthy.fetchAlerts({ ...parameters }, context)
}

function sleep(milliseconds: number): Promise<void> {
  return new Promise(resolve => setTimeout(resolve, milliseconds))
}

function withParameter(name: string, schema: object): Partial<AnyBrokerModule> {
  const properties = { ...healthy.parameters.properties, [name]: Type.Optional(Type.Unsafe(schema)) }
  return { parameters: Type.Object(properties, { additionalProperties: false }) }
}

function fetching(fetchAlerts: FetchAlerts): Partial<AnyBrokerModule> {
  return { fetchAlerts }
}

/** A scenario with some of it changed. */
function scenario(name: string, change: object): Partial<Subject> {
  const changed = { ...scenarios[name], ...change }
  return { scenarios: { ...scenarios, [name]: parseScenario(JSON.stringify(changed), name) } }
}

let shared: unknown[] = []

const faults: Readonly<Record<string, Fault>> = {
  'an id that is not the folder': {
    caughtBy: 'the registry takes the module, and its id is the name of its folder',
    module: { id: 'other-broker' }
  },
  'an id with capitals': { caughtBy: 'the registry takes the module, and its id is the name of its folder', module: { id: 'PagedBroker' } },
  'no documentation': { caughtBy: 'the module says who it is', module: { docs: 'somewhere' } },
  'a parameter without description': {
    caughtBy: 'every parameter and setting is described',
    module: withParameter('plain', { type: 'string' })
  },
  'a setting without description': {
    caughtBy: 'every parameter and setting is described',
    module: { settings: Type.Object({ ...healthy.settings?.properties, other: Type.Optional(Type.String()) }) }
  },
  'a number without unit': {
    caughtBy: 'every number has its unit in brackets',
    module: withParameter('speed', { type: 'number', description: 'How fast it moves.' })
  },
  'a list of numbers without unit': {
    caughtBy: 'every number has its unit in brackets',
    module: withParameter('speeds', { type: 'array', items: { type: 'number' }, description: 'How fast they move.' })
  },
  'a default that does not fit': {
    caughtBy: 'defaults and examples fit their own schema',
    module: withParameter('class', { type: 'string', description: 'Class of the object.', default: 7 })
  },
  'an example that does not fit': {
    caughtBy: 'defaults and examples fit their own schema',
    module: withParameter('class', { type: 'string', description: 'Class of the object.', examples: ['SN', null] })
  },
  'an open object within the parameters': {
    caughtBy: 'unknown parameters are refused, at every depth',
    module: withParameter('box', { type: 'object', description: 'A box on the sky.', properties: {} })
  },
  'a rule that throws': {
    caughtBy: 'rules across parameters answer complaints and never throw',
    module: {
      check: ({ cone }) => {
        if (cone === undefined) throw new Error('no cone')
        return []
      }
    }
  },
  'a rule that points nowhere': {
    caughtBy: 'rules across parameters answer complaints and never throw',
    module: { check: ({ name }) => (name === 'A' ? [{ pointer: 'name', message: 'is bad' }] : []) }
  },
  'a README without Known gaps': {
    caughtBy: 'the README has its sections and a current table of parameters',
    subject: { readme: readme.slice(0, readme.indexOf('## Known gaps')) }
  },
  'a README with an old table': {
    caughtBy: 'the README has its sections and a current table of parameters',
    subject: { readme: readme.replace('Faintest magnitude wanted', 'Magnitude') }
  },
  'a README that forgets a credential': {
    caughtBy: 'the README has its sections and a current table of parameters',
    subject: { readme: readme.replace('BROKER_PAGED_BROKER_API_TOKEN', 'a token') }
  },
  'a real token in a fixture': {
    caughtBy: 'fixtures hold no secret',
    subject: scenario('nothing', { settings: { apiToken: 'f00ba4f00ba4f00ba4' } })
  },
  'a real token in a recorded request': {
    caughtBy: 'fixtures hold no secret',
    subject: scenario('nothing', { exchanges: [{ path: 'alerts?name=nobody&since=60000.5&page=1&api_key=f00ba4f00ba4', text: '{}' }] })
  },
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
  },
  'changing the parameters': {
    caughtBy: 'parameters and settings are not changed',
    module: fetching((parameters, context) => {
      const { name } = parameters
      delete parameters['name']
      return alertsOf({ ...parameters, ...(name !== undefined && { name }) }, context)
    })
  },
  'state shared between runs': {
    caughtBy: 'runs do not share state',
    module: fetching(async function* (parameters, context) {
      shared = []
      for await (const raw of alertsOf(parameters, context)) {
        shared.push(raw)
        await sleep(3)
      }
      yield* shared.splice(0)
    })
  },
  'every page before the first alert': {
    caughtBy: 'pages are fetched only when wanted',
    module: fetching(async function* (parameters, context) {
      yield* await Array.fromAsync(alertsOf(parameters, context))
    })
  },
  'a request by a cancelled run': {
    caughtBy: 'a cancelled run makes no request',
    module: fetching(async function* (parameters, context) {
      await undiciRequest(context.baseUrl)
      yield* alertsOf(parameters, context)
    })
  },
  'a cancelled run that ends as if all were well': {
    caughtBy: 'a cancelled run makes no request',
    module: fetching(async function* (parameters, context) {
      if (!context.signal.aborted) yield* alertsOf(parameters, context)
    })
  },
  'waiting without the signal': {
    caughtBy: 'cancelling stops a waiting run within half a second',
    module: fetching(async function* (parameters, context) {
      try {
        yield* alertsOf(parameters, context)
      } finally {
        await sleep(900)
      }
    })
  },
  'a checkpoint before its page was yielded': {
    caughtBy: 'a checkpoint resumes without loss or repeat',
    module: fetching(async function* (parameters, context) {
      context.checkpoint('2')
      yield* alertsOf(parameters, { ...context, checkpoint: () => {} })
    })
  },
  'a checkpoint that is not read': {
    caughtBy: 'a checkpoint resumes without loss or repeat',
    module: fetching((parameters, { http, settings, newerThan, checkpoint, feedback, signal, log, baseUrl }) =>
      alertsOf(parameters, { http, settings, newerThan, checkpoint, feedback, signal, log, baseUrl, resumeFrom: null })
    )
  },
  'global fetch': {
    caughtBy: 'nothing is reached but through the context',
    module: fetching(async function* (parameters, context) {
      await fetch(`${context.baseUrl}alerts`).catch(() => {})
      yield* alertsOf(parameters, context)
    })
  },
  'a request of its own to its own broker': {
    caughtBy: 'nothing is reached but through the context',
    module: fetching(async function* (parameters, context) {
      const { authorization } = { authorization: `Token ${context.settings['apiToken']}` }
      const known = scenarios['two-pages']?.exchanges[0]?.path ?? ''
      if ('cone' in parameters)
        await undiciRequest(new URL(known, context.baseUrl), { headers: { authorization } }).then(({ body }) => body.dump())
      yield* alertsOf(parameters, context)
    })
  },
  'node:http to elsewhere': {
    caughtBy: 'nothing is reached but through the context',
    module: fetching(async function* (parameters, context) {
      await new Promise(resolve => request('http://127.0.0.1:9/').on('error', resolve).end())
      yield* alertsOf(parameters, context)
    })
  },
  'failures swallowed': {
    caughtBy: 'every failure of the broker is a BrokerError of the right kind',
    module: fetching(async function* (parameters, context) {
      try {
        yield* alertsOf(parameters, context)
      } catch (error) {
        context.signal.throwIfAborted()
        if (isBrokerError(error) && error.kind !== 'bad-response') return
        throw error
      }
    })
  },
  'failures of later pages swallowed': {
    caughtBy: 'every failure of the broker is a BrokerError of the right kind',
    module: fetching(async function* (parameters, context) {
      let count = 0
      try {
        for await (const raw of alertsOf(parameters, context)) {
          count++
          yield raw
        }
      } catch (error) {
        context.signal.throwIfAborted()
        if (count === 0) throw error
      }
    })
  },
  'failures with a plain Error': {
    caughtBy: 'every failure of the broker is a BrokerError of the right kind',
    module: {
      fetchAlert: async (id, context) => {
        try {
          return await healthy.fetchAlert?.(id, context)
        } catch (error) {
          context.signal.throwIfAborted()
          throw new Error('It failed.', { cause: error })
        }
      }
    }
  },
  'an empty answer to what cannot be read': {
    caughtBy: 'an answer that cannot be read is a bad response',
    module: {
      fetchPhotometry: async function* (objectId, context) {
        try {
          yield* healthy.fetchPhotometry?.(objectId, context) ?? []
        } catch (error) {
          if (!isBrokerError(error) || error.kind !== 'bad-response') throw error
        }
      }
    }
  },
  'a secret in feedback': {
    caughtBy: 'secrets stay out of errors, feedback, logs and alerts',
    module: fetching((parameters, context) => {
      context.feedback(`Asked with ${context.settings['apiToken']}.`)
      return alertsOf(parameters, context)
    })
  },
  'a secret in the log': {
    caughtBy: 'secrets stay out of errors, feedback, logs and alerts',
    module: fetching((parameters, context) => {
      context.log.debug({ settings: context.settings }, 'asking')
      return alertsOf(parameters, context)
    })
  },
  'a secret in an error': {
    caughtBy: 'secrets stay out of errors, feedback, logs and alerts',
    module: fetching(async function* (parameters, context) {
      try {
        yield* alertsOf(parameters, context)
      } catch (cause) {
        throw Object.assign(new Error('It failed.', { cause }), { settings: context.settings })
      }
    })
  }
}

describe('the conformance kit', () => {
  for (const [name, check] of Object.entries(checks)) {
    test(`finds that a healthy module keeps its promise: ${name}`, () => check(pagedSubject))
  }

  for (const [fault, { caughtBy, module, subject }] of Object.entries(faults)) {
    test(`catches ${fault}`, async () => {
      const check = checks[caughtBy]
      assert.ok(check, `there is no check named ${caughtBy}`)
      const faulty = { ...pagedSubject, ...subject, module: { ...healthy, ...module } }
      await assert.rejects(async () => check(faulty), caughtBy)
    })
  }

  test('has a planted fault for every check', () => {
    const tried = new Set(Object.values(faults).map(({ caughtBy }) => caughtBy))
    assert.deepEqual(
      Object.keys(checks).filter(name => !tried.has(name)),
      []
    )
  })

  test('lets no check pass because nothing happened', async () => {
    const barren = { ...pagedSubject, scenarios: { nothing: pagedSubject.scenarios['nothing'] ?? assert.fail() } }
    const needAlerts = [
      'each scenario gives the expected alerts',
      'toGenericAlert is pure',
      'fields that the broker adds later do not matter',
      'the alert schema names exactly the fields that are read',
      'an item that is no alert harms only itself',
      'ids of 18 and 19 digits survive',
      'fetchAlert gives the alert that was asked for',
      'a light curve holds each point once, in order of time',
      'a checkpoint resumes without loss or repeat'
    ]
    for (const name of needAlerts) await assert.rejects(async () => checks[name]?.(barren), name)
  })

  test('says what is wrong with a scenario file', () => {
    assert.throws(
      () => parseScenario('{"parameters": {}, "exchanges": [{"pth": "x"}], "alerts": []}', 'a.json'),
      /^TypeError: a\.json: \/exchanges/
    )
  })
})
