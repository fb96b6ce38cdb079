import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'

/** What this process measures. */
export interface Metrics {
  readonly registry: Registry
  /** Labels: method, route, status. */
  readonly requestSeconds: Histogram
  /** Labels: broker, outcome (new, changed, duplicate, rejected, repeated). */
  readonly alerts: Counter
  /** Labels: broker, outcome, as for alerts. */
  readonly points: Counter
  /** Labels: broker, status. */
  readonly runsEnded: Counter
  /** Labels: broker, outcome (ok, a kind of BrokerError, aborted, other). */
  readonly brokerSeconds: Histogram
}

/** Makes the metrics of a process. */
export function createMetrics(): Metrics {
  const registry = new Registry()
  const registers = [registry]
  collectDefaultMetrics({ register: registry })
  return {
    registry,
    requestSeconds: new Histogram({
      name: 'http_request_duration_seconds',
      help: 'How long requests took, until their answer was sent [s].',
      labelNames: ['method', 'route', 'status'],
      registers
    }),
    alerts: new Counter({
      name: 'tom_alerts_received_total',
      help: 'Alerts that runs of this process received [count].',
      labelNames: ['broker', 'outcome'],
      registers
    }),
    points: new Counter({
      name: 'tom_photometry_points_total',
      help: 'Points of light curves that runs of this process received [count].',
      labelNames: ['broker', 'outcome'],
      registers
    }),
    runsEnded: new Counter({
      name: 'tom_runs_ended_total',
      help: 'Runs that this process ended [count].',
      labelNames: ['broker', 'status'],
      registers
    }),
    brokerSeconds: new Histogram({
      name: 'tom_broker_request_duration_seconds',
      help: 'How long brokers took until an answer, or the first item of it, was read [s]; noted when the request is over.',
      labelNames: ['broker', 'outcome'],
      buckets: [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300],
      registers
    })
  }
}

/** A value of all processes together, and what it is of. */
export interface SharedValue {
  readonly labels: Readonly<Record<string, string>>
  readonly value: number
}

/** A gauge of what all processes share. */
interface SharedGauge {
  readonly name: string
  readonly help: string
  readonly labelNames: readonly string[]
  /** Asks for all values at once, whenever the metrics are read; what is not told has no value. */
  readonly values: () => Promise<readonly SharedValue[]>
}

/** Adds a gauge of what all processes share. */
export function measureShared({ registry }: Pick<Metrics, 'registry'>, { name, help, labelNames, values }: SharedGauge): void {
  const gauge = new Gauge({
    name,
    help,
    labelNames,
    registers: [registry],
    collect: async () => {
      const told = await values()
      gauge.reset()
      for (const { labels, value } of told) gauge.set(labels, value)
    }
  })
}
