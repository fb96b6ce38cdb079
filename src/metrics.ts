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
}

/** What the queue holds, for all processes together. */
export interface QueueState {
  readonly queued: number
  readonly running: number
  /** How long the oldest run has waited [s]. */
  readonly oldestSeconds: number
}

/** Makes the metrics of a process; the state of the queue is asked for whenever they are read. */
export function createMetrics(queueState: () => Promise<QueueState>): Metrics {
  const registry = new Registry()
  const registers = [registry]
  collectDefaultMetrics({ register: registry })
  measureQueue(registry, queueState)
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
    })
  }
}

/** What the outbox holds of one topic, for all processes together. */
export interface OutboxState {
  readonly topic: string
  readonly waiting: number
  /** Failed too often: somebody has to look. */
  readonly parked: number
}

/** Adds what waits to be delivered; it is asked for whenever the metrics are read. */
export function measureOutbox({ registry }: Pick<Metrics, 'registry'>, outboxState: () => Promise<OutboxState[]>): void {
  const deliveries = new Gauge({
    name: 'tom_outbox_deliveries',
    help: 'What runs have set off and is not done yet, in all processes [count]; what is parked failed too often.',
    labelNames: ['topic', 'status'],
    registers: [registry],
    collect: async () => {
      deliveries.reset()
      for (const { topic, waiting, parked } of await outboxState()) {
        deliveries.set({ topic, status: 'waiting' }, waiting)
        deliveries.set({ topic, status: 'parked' }, parked)
      }
    }
  })
}

function measureQueue(registry: Registry, queueState: () => Promise<QueueState>): void {
  const registers = [registry]
  const age = new Gauge({ name: 'tom_queue_age_seconds', help: 'How long the oldest queued run has waited [s].', registers })
  const runs = new Gauge({
    name: 'tom_runs',
    help: 'Runs that wait or are executed, in all processes [count].',
    labelNames: ['status'],
    registers,
    collect: async () => {
      const { queued, running, oldestSeconds } = await queueState()
      runs.set({ status: 'queued' }, queued)
      runs.set({ status: 'running' }, running)
      age.set(oldestSeconds)
    }
  })
}
