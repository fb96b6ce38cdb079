import assert from 'node:assert/strict'
import { createContext } from '../../src/broker-kit/context.ts'
import {
  type AnyBrokerModule,
  type BrokerErrorKind,
  type GenericAlert,
  isBrokerError,
  type PhotometryPoint
} from '../../src/broker-kit/index.ts'
import { createRegistry, type InstalledBroker } from '../../src/broker-kit/registry.ts'
import { genericAlertComplaints } from '../../src/domain/alert.ts'

/** What a module is given besides its parameters. */
export interface Given {
  readonly resumeFrom?: string
  /** [UTC] */
  readonly newerThan?: string
}

/** What a run of a module came to. */
export interface ModuleRun {
  readonly raws: readonly unknown[]
  readonly alerts: readonly GenericAlert[]
  readonly checkpoints: readonly string[]
  readonly feedback: readonly string[]
}

/** A module that asks a stand-in instead of its broker. */
export interface ModuleAt {
  readonly broker: InstalledBroker
  /** Runs it with parameters that it must accept, and normalises alerts that must all be readable. */
  run(parameters?: object, given?: Given): Promise<ModuleRun>
  /** What it yields, and what it throws in the end; null when it throws nothing. */
  read(parameters: object, limits: { retries: number }): Promise<{ raws: readonly unknown[]; error: unknown }>
  fetchAlert(id: string): Promise<unknown>
  lightCurve(objectId: string): Promise<{ points: readonly PhotometryPoint[]; feedback: readonly string[] }>
  /** What is wrong with parameters, each as one text: pointer and message. */
  complaints(parameters: object): string[]
}

/** Points a module to the base URL of a stand-in; an operator's settings come as BROKER_* variables. */
export function moduleAt(module: AnyBrokerModule, upstream: string | { url: string; variables: Record<string, string> }): ModuleAt {
  const { url, variables } = typeof upstream === 'string' ? { url: upstream, variables: {} } : upstream
  const { registry, faults } = createRegistry({ modules: [module], enabled: null, variables })
  assert.deepEqual(faults, [])
  const installed = registry.get(module.id) ?? assert.fail('the registry did not take the module')
  const broker = { ...installed, baseUrl: url }
  const contextWith = ({ resumeFrom = null, newerThan = null }: Partial<Record<keyof Given, string | null>> = {}, retries = 0) => {
    const [checkpoints, feedback]: [string[], string[]] = [[], []]
    const notes = {
      checkpoint: (token: string) => void checkpoints.push(token),
      feedback: (message: string) => void feedback.push(message)
    }
    const log = { debug() {}, info() {}, warn() {} }
    const signal = new AbortController().signal
    return {
      context: createContext({ broker, signal, log, ...notes, resumeFrom, newerThan, limits: { retries, firstPause: 10 } }),
      checkpoints,
      feedback
    }
  }
  return {
    broker,
    async run(parameters = {}, given = {}) {
      assert.deepEqual(broker.parameterComplaints(parameters), [])
      const { context, checkpoints, feedback } = contextWith(given)
      const raws = await Array.fromAsync(module.fetchAlerts({ ...parameters }, context))
      return { raws, alerts: raws.map(raw => normalised(broker, raw)), checkpoints, feedback }
    },
    async read(parameters, { retries }) {
      const raws: unknown[] = []
      try {
        for await (const raw of module.fetchAlerts({ ...parameters }, contextWith({}, retries).context)) raws.push(raw)
        return { raws, error: null }
      } catch (error) {
        return { raws, error }
      }
    },
    async fetchAlert(id) {
      return module.fetchAlert?.(id, contextWith().context)
    },
    async lightCurve(objectId) {
      const { context, feedback } = contextWith()
      return { points: await Array.fromAsync(module.fetchPhotometry?.(objectId, context) ?? []), feedback }
    },
    complaints: parameters => broker.parameterComplaints(parameters).map(({ pointer, message }) => `${pointer} ${message}`)
  }
}

function normalised({ module, alertComplaints }: InstalledBroker, raw: unknown): GenericAlert {
  assert.deepEqual(alertComplaints(raw), [])
  const alert = module.toGenericAlert(raw, { baseUrl: module.baseUrl })
  assert.deepEqual(genericAlertComplaints(alert), [])
  return alert
}

/** Tells whether something thrown is a BrokerError of this kind that says this; for `assert.rejects`. */
export function failsWith(kind: BrokerErrorKind, says: RegExp): (thrown: unknown) => boolean {
  return thrown => isBrokerError(thrown) && thrown.kind === kind && says.test(thrown.message)
}
