import { request } from 'node:http'
import { request as undiciRequest } from 'undici'
import { isBrokerError, sourceOf } from '../../../src/broker-kit/index.ts'
import { alertsOf, type Fault, fetching, healthy, scenarios, sleep } from './fault.ts'

let shared: unknown[] = []

/** Faults in how a module goes about its work. */
export const runningFaults: Readonly<Record<string, Fault>> = {
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
  'an empty answer where a list is missing': {
    caughtBy: 'an answer that is not what it was is told, by an error or by rejections',
    module: fetching(async function* (parameters, context) {
      try {
        yield* alertsOf(parameters, context)
      } catch (error) {
        if (!isBrokerError(error) || !error.message.includes('has no array')) throw error
      }
    })
  },
  'alerts that vanish because they changed': {
    caughtBy: 'an answer that is not what it was is told, by an error or by rejections',
    module: fetching(async function* (parameters, context) {
      for await (const raw of alertsOf(parameters, context)) if (typeof Object(raw).mjd === 'number') yield raw
    })
  },
  'reading the text of an alert instead of the alert': {
    caughtBy: 'an answer that is not what it was is told, by an error or by rejections',
    module: {
      toGenericAlert: (raw, origin) => ({
        ...healthy.toGenericAlert(raw, origin),
        detections: sourceOf(raw)?.text.split('"name"').length ?? null
      })
    }
  },
  'pages without end': {
    caughtBy: 'pages that never come to an end do not keep the run',
    module: fetching(async function* ({ cone, magMax }, context) {
      const headers = { authorization: `Token ${context.settings['apiToken']}` }
      for (let page = 1; ; page++) {
        const query = { ...Object(cone), magMax: Number(magMax), page }
        const alerts = await Array.fromAsync(context.http.items('alerts', { query, headers, at: ['data', 'alerts'] }))
        yield* alerts
        if (alerts.length < 2) return
      }
    })
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
