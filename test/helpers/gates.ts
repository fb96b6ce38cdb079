import type { Gate, Pass, RequestReport } from '../../src/broker-kit/gate.ts'
import { BrokerError, type BrokerErrorKind, type BrokerLimits } from '../../src/broker-kit/index.ts'
import { createRegistry } from '../../src/broker-kit/registry.ts'
import { type Database, openDatabase } from '../../src/database.ts'
import { type Asker, type Gates, openGates } from '../../src/outbound/gates.ts'
import type { Policy } from '../../src/outbound/policy.ts'
import { createServiceMetrics } from '../../src/service-metrics.ts'
import { createTestDatabase, silent, type TestDatabase } from './database.ts'
import { limitedBroker } from './limited-broker.ts'

/** A gate that lets everything through and notes nothing. */
export const openGate: Gate = { enter: async () => ({ report: () => {}, leave: () => {} }) }

/** Two processes, as far as gates can tell: each with connections of its own to one database. */
export interface TwoGates extends AsyncDisposable {
  readonly databases: readonly [Database, Database]
  readonly gates: readonly [Gates, Gates]
  /** Opens them anew, as processes do that start later. */
  reopen(): Promise<TwoGates>
  /** Enters as one of the processes. */
  enter(process: 0 | 1, options?: EnterOptions): Promise<Pass>
}

interface EnterOptions {
  readonly signal?: AbortSignal
  readonly onWait?: (message: string) => void
  readonly asker?: Asker
}

/** Opens the gates of the limited broker twice. */
export async function openTwoGates(limits: BrokerLimits, policy: Partial<Policy> = {}): Promise<TwoGates> {
  const files = await createTestDatabase()
  return openTwoAt({ files, limits, policy })
}

interface Parts {
  readonly files: TestDatabase
  readonly limits: BrokerLimits
  readonly policy: Partial<Policy>
}

async function openTwoAt({ files, limits, policy }: Parts): Promise<TwoGates> {
  const { registry } = createRegistry({ modules: [{ ...limitedBroker, limits }], enabled: null, variables: {} })
  const open = async () => {
    const database = await openDatabase({ url: files.url, log: silent, poolSize: 4 })
    return {
      database,
      gates: await openGates({ database, registry, log: silent, metrics: createServiceMetrics({ database, registry }), policy })
    }
  }
  const [one, other] = await Promise.all([open(), open()])
  return {
    databases: [one.database, other.database],
    gates: [one.gates, other.gates],
    reopen: () => openTwoAt({ files, limits, policy }),
    enter(process, { signal = new AbortController().signal, onWait = () => {}, asker = {} } = {}) {
      return (
        [one, other][process]?.gates.gateOf('limited-broker', asker).enter({ signal, onWait }) ??
        Promise.reject(new Error('no such process'))
      )
    },
    async [Symbol.asyncDispose]() {
      for (const { gates, database } of [one, other]) {
        await gates.close()
        await database.close()
      }
      await files.drop()
    }
  }
}

/** Reports how a request went, and leaves. */
export function end(pass: Pass, report: Partial<RequestReport> = {}): void {
  pass.report({ error: null, retryAfter: null, rate: null, ...report })
  pass.leave()
}

/** The report of a request that failed. */
export function failed(kind: BrokerErrorKind, { upstreamStatus, ...more }: { upstreamStatus?: number } & Partial<RequestReport> = {}) {
  return { error: new BrokerError(kind, `it is ${kind}`, upstreamStatus === undefined ? {} : { upstreamStatus }), ...more }
}
