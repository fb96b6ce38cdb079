import type { Registry } from './broker-kit/registry.ts'
import type { Database } from './database.ts'
import { createMetrics, type Metrics, measureShared } from './metrics.ts'
import { listBudgets } from './outbound/budget-store.ts'
import { outboxState } from './outbox/store.ts'
import { listLags } from './runs/lag-store.ts'
import { type QueueState, queueState } from './runs/queue-store.ts'

interface Measured {
  readonly database: Database
  readonly registry: Registry
}

/** Makes the metrics of a process, with what all processes share: whenever they are read, each room is asked with one statement. */
export function createServiceMetrics(measured: Measured): Metrics {
  const metrics = createMetrics()
  measureQueue(metrics, measured)
  measureOutbox(metrics, measured)
  measureBrokers(metrics, measured)
  return metrics
}

function measureQueue(metrics: Metrics, { database }: Measured): void {
  let asking: Promise<QueueState> | null = null
  // Both gauges are read at once, so one question serves both.
  const ask = () => {
    asking ??= queueState(database).finally(() => {
      asking = null
    })
    return asking
  }
  measureShared(metrics, {
    name: 'tom_runs',
    help: 'Runs that wait or are executed, in all processes [count].',
    labelNames: ['status'],
    values: async () => {
      const { queued, running } = await ask()
      return [
        { labels: { status: 'queued' }, value: queued },
        { labels: { status: 'running' }, value: running }
      ]
    }
  })
  measureShared(metrics, {
    name: 'tom_queue_age_seconds',
    help: 'How long the oldest queued run has waited [s].',
    labelNames: [],
    values: async () => [{ labels: {}, value: (await ask()).oldestSeconds }]
  })
}

function measureOutbox(metrics: Metrics, { database }: Measured): void {
  measureShared(metrics, {
    name: 'tom_outbox_deliveries',
    help: 'What runs have set off and is not done yet, in all processes [count]; what is parked failed too often.',
    labelNames: ['topic', 'status'],
    values: async () =>
      (await outboxState(database.prisma)).flatMap(({ topic, waiting, parked }) => [
        { labels: { topic, status: 'waiting' }, value: waiting },
        { labels: { topic, status: 'parked' }, value: parked }
      ])
  })
}

function measureBrokers(metrics: Metrics, { database: { pool }, registry }: Measured): void {
  const brokers = [...registry].map(([brokerId, { limits }]) => ({ brokerId, ...limits }))
  measureShared(metrics, {
    name: 'tom_broker_requests_left',
    help: 'Requests that a broker may still be asked in its period, by all processes [count]: as configured here, or as it announced.',
    labelNames: ['broker', 'limit'],
    values: async () =>
      (await listBudgets(pool, brokers)).map(({ brokerId, limit, left }) => ({ labels: { broker: brokerId, limit }, value: left }))
  })
  const endless = [...registry].flatMap(([brokerId, { module }]) => (module.delivery === 'endless' ? brokerId : []))
  measureShared(metrics, {
    name: 'tom_run_lag_seconds',
    help: 'Age of the newest alert that a running run of an endless source has recorded [s]; of several runs, the one furthest behind.',
    labelNames: ['broker'],
    values: async () => (await listLags(pool, endless)).map(({ brokerId, seconds }) => ({ labels: { broker: brokerId }, value: seconds }))
  })
}
