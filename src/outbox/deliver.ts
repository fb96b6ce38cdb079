import { type Background, startLoop } from '../background.ts'
import { type Database, inPrismaTransaction, type Transaction } from '../database.ts'
import { makeStorable } from '../domain/storable.ts'
import { claimDeliveries, type Delivery, failDelivery, takeDeliveries } from './store.ts'

/** What a room does with the deliveries of one topic. */
export interface Topic {
  readonly name: string
  /** What is done together: deliveries for which this answers the same. */
  groupOf(delivery: Delivery): string
  /** Does what a group of deliveries asks for, in the transaction that deletes them. */
  deliver(tx: Transaction, deliveries: readonly Delivery[]): Promise<void>
  /** Notes that a delivery failed too often to be tried again, in the transaction that parks it. */
  park(tx: Transaction, delivery: Delivery, error: string): Promise<void>
  /** Runs a transaction, again where another one was faster. */
  repeat<T>(transaction: () => Promise<T>): Promise<T>
}

interface DeliveryLog {
  warn(fields: object, message: string): void
  error(fields: object, message: string): void
}

interface Deliveries {
  readonly database: Database
  readonly topic: Topic
  readonly log: DeliveryLog
}

const pollMilliseconds = 1000
const claimedAtOnce = 500
/** Over about twenty minutes. */
const mostAttempts = 8

/** Delivers what is in the outbox for a topic, each in exactly one transaction however many processes do so, until it is stopped. */
export function startDeliveries(options: Deliveries): Background {
  const { database, topic, log } = options
  return startLoop({
    work: () => deliverSome(options),
    pollMilliseconds,
    subscribe: wake => [database.notifications.on('outbox', wake), database.notifications.onReconnect(wake)],
    onError: error => log.error({ topic: topic.name, error }, 'The outbox could not be read; trying again.')
  })
}

/** Takes up what is due and delivers it; tells whether there was anything. */
export async function deliverSome(options: Deliveries): Promise<boolean> {
  const { database, topic } = options
  const claimed = await claimDeliveries(database.prisma, { topic: topic.name, limit: claimedAtOnce })
  // What failed before is tried alone, so that it fails alone.
  const groups = Map.groupBy(claimed, delivery => (delivery.attempt > 1 ? delivery.id : topic.groupOf(delivery)))
  for (const group of groups.values()) await deliverGroup(options, group)
  return claimed.length > 0
}

async function deliverGroup(options: Deliveries, group: readonly Delivery[]): Promise<void> {
  const { database, topic } = options
  const [first] = group
  if (first === undefined) return
  if (first.attempt > mostAttempts) return fail(options, first, 'The process that worked on it died.')
  try {
    await topic.repeat(() => inPrismaTransaction(database, async tx => topic.deliver(tx, await takeDeliveries(tx, group))))
  } catch (error) {
    if (group.length === 1) return fail(options, first, error instanceof Error ? error.message : String(error))
    for (const delivery of group) await deliverGroup(options, [delivery])
  }
}

async function fail({ database, topic, log }: Deliveries, delivery: Delivery, message: string): Promise<void> {
  const error = makeStorable(message).slice(0, 2000)
  const parked = delivery.attempt >= mostAttempts
  await inPrismaTransaction(database, async tx => {
    const isOurs = await failDelivery(tx, delivery, { error, parked })
    if (isOurs && parked) await topic.park(tx, delivery, error)
  })
  const fields = { topic: topic.name, id: delivery.id, attempt: delivery.attempt, error }
  if (parked) log.error(fields, 'A delivery has failed too often and is parked.')
  else log.warn(fields, 'A delivery has failed; it is tried again.')
}
