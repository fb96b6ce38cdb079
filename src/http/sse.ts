import { Readable } from 'node:stream'
import type { FastifyReply } from 'fastify'

/** One event of a stream (`text/event-stream`). */
export interface ServerSentEvent {
  readonly event: string
  /** What a listener that comes back sends as `Last-Event-ID`. */
  readonly id: string
  readonly data: unknown
}

/** How often an idle stream says that it is alive, so that no proxy ends it [ms]. */
const heartbeatMilliseconds = 15_000

/** Streams events as fast as the client reads, with a heartbeat while nothing happens. The source must end when the client hangs up. */
export function sendEvents(reply: FastifyReply, events: AsyncIterable<ServerSentEvent>): FastifyReply {
  reply.headers({ 'Cache-Control': 'no-store', 'X-Accel-Buffering': 'no' })
  return reply.type('text/event-stream').send(Readable.from(withHeartbeat(events), { objectMode: false }))
}

async function* withHeartbeat(events: AsyncIterable<ServerSentEvent>): AsyncGenerator<string> {
  const source = events[Symbol.asyncIterator]()
  try {
    for (let upcoming = source.next(); ; ) {
      const beat = createBeat()
      const result = await Promise.race([upcoming, beat.promise]).finally(beat.clear)
      if (result === undefined) {
        yield ': alive\n\n'
        continue
      }
      if (result.done) return
      yield textOf(result.value)
      upcoming = source.next()
    }
  } finally {
    await source.return?.()
  }
}

function textOf({ event, id, data }: ServerSentEvent): string {
  return `event: ${event}\nid: ${id}\ndata: ${JSON.stringify(data)}\n\n`
}

function createBeat() {
  const { promise, resolve } = Promise.withResolvers<undefined>()
  const timer = setTimeout(() => resolve(undefined), heartbeatMilliseconds)
  return { promise, clear: () => clearTimeout(timer) }
}
