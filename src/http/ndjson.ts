import { Readable } from 'node:stream'
import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises'
import type { FastifyReply } from 'fastify'

const mostLines = 64
const mostCharacters = 65_536
/** A stream that has nothing to say sends an empty line after the first and then every so often, so that no proxy ends it [ms]. */
const firstBeat = 500
const nextBeats = 15_000

/**
 * Streams lines as newline-delimited JSON, no faster than the client reads. The source must end when the client hangs
 * up (`clientSignal`): closing a generator alone waits for whatever it waits for.
 */
export function sendNdjson(reply: FastifyReply, lines: AsyncIterable<string>): FastifyReply {
  const stream = Readable.from(inBatches(lines), { objectMode: false, highWaterMark: mostCharacters })
  return reply.type('application/x-ndjson').send(stream)
}

/** Joins the lines that are there at once into one chunk; a line never waits for a later one. */
async function* inBatches(lines: AsyncIterable<string>): AsyncGenerator<string> {
  const source = lines[Symbol.asyncIterator]()
  try {
    let upcoming = source.next()
    for (;;) {
      yield* beatUntil(upcoming)
      const first = await upcoming
      if (first.done) return
      let batch = `${first.value}\n`
      upcoming = next(source)
      const turn = nextTurn()
      for (let count = 1; count < mostLines && batch.length < mostCharacters; count += 1) {
        const line = await Promise.race([upcoming, turn])
        if (line === undefined || line.done) break
        batch += `${line.value}\n`
        upcoming = next(source)
      }
      yield batch
    }
  } finally {
    await source.return?.()
  }
}

/** Yields an empty line now and then until the promise is settled. */
async function* beatUntil(upcoming: Promise<unknown>): AsyncGenerator<string> {
  const settled = upcoming.then(
    () => true,
    () => true
  )
  for (let pause = firstBeat; ; pause = nextBeats) {
    const controller = new AbortController()
    const beat = sleep(pause, false, { signal: controller.signal }).catch(() => false)
    const isSettled = await Promise.race([settled, beat])
    controller.abort()
    if (isSettled) return
    yield '\n'
  }
}

/** Asks for the next line; a failure is thrown where it is awaited, not as an unhandled rejection before. */
function next(source: AsyncIterator<string>): Promise<IteratorResult<string>> {
  const upcoming = source.next()
  upcoming.catch(() => undefined)
  return upcoming
}
