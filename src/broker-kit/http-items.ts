import { isBrokerError } from './errors.ts'
import { askForItems } from './http-answer-items.ts'
import type { ItemStream, ItemsRequest } from './http-client.ts'
import { withRetries } from './http-retry.ts'
import type { Call } from './http-send.ts'

/** Makes the stream of items of one answer; the request is prepared and sent when the first item is wanted. */
export function createItemStream(prepare: () => Call, request: ItemsRequest): ItemStream {
  let begun = false
  let ending: { readonly envelope: unknown } | null = null
  const onEnd = (envelope: unknown) => {
    ending = { envelope }
  }

  return {
    [Symbol.asyncIterator]() {
      if (begun) throw new TypeError('The items of an answer can be read once')
      begun = true
      return closable({ prepare, request, onEnd })
    },
    envelope() {
      if (!ending) throw new TypeError('What stands around the items is known once the last of them was read')
      return ending.envelope
    }
  }
}

interface Reading {
  prepare(): Call
  readonly request: ItemsRequest
  onEnd(envelope: unknown): void
}

// The return() of a generator waits for the read that is under way: closing first ends that read at once.
function closable(reading: Reading): AsyncIterableIterator<object> {
  const closing = new AbortController()
  const items = read(reading, closing.signal)
  return {
    [Symbol.asyncIterator]() {
      return this
    },
    async next() {
      try {
        return await items.next()
      } catch (error) {
        if (closing.signal.aborted) return { done: true, value: undefined }
        throw error
      }
    },
    return() {
      closing.abort()
      return items.return()
    }
  }
}

async function* read({ prepare, request, onEnd }: Reading, closed: AbortSignal): AsyncGenerator<object, void, undefined> {
  const prepared = prepare()
  const cancel = new AbortController()
  const stop = () => cancel.abort(prepared.signal.aborted ? prepared.signal.reason : closed.reason)
  const signals = [prepared.signal, closed]
  for (const signal of signals) signal.addEventListener('abort', stop)
  if (signals.some(({ aborted }) => aborted)) stop()
  try {
    onEnd(yield* (request.whole ? readWhole : readItems)({ ...prepared, signal: cancel.signal }, request))
  } finally {
    for (const signal of signals) signal.removeEventListener('abort', stop)
  }
}

/** Yields the items and returns what stood around them; tries again only until the first item is there. */
async function* readItems(call: Call, request: ItemsRequest): AsyncGenerator<object, unknown, undefined> {
  const { attempt, items, first } = await withRetries(call, async attempt => {
    const items = await askForItems(call, attempt, request)
    return { attempt, items, first: await items.next() }
  })
  try {
    let next = first
    while (!next.done) {
      call.signal.throwIfAborted()
      yield next.value
      next = await items.next()
    }
    return next.value
  } catch (error) {
    attempt.fail(error)
    call.signal.throwIfAborted()
    throw error
  } finally {
    await items.return(undefined)
    attempt.end()
  }
}

/** Reads all items before it yields the first, and tries again until then; what the best attempt brought comes before a failure. */
async function* readWhole(call: Call, request: ItemsRequest): AsyncGenerator<object, unknown, undefined> {
  const { items, failure, envelope } = await collect(call, request)
  for (const item of items) {
    call.signal.throwIfAborted()
    yield item
  }
  if (failure !== null) throw failure
  return envelope
}

async function collect(call: Call, request: ItemsRequest) {
  let most: readonly object[] = []
  try {
    const { attempt, ...page } = await withRetries(call, async attempt => {
      const items: object[] = []
      const reading = await askForItems(call, attempt, request)
      for (;;) {
        const next = await reading.next()
        if (next.done) return { attempt, items, envelope: next.value }
        items.push(next.value)
        if (items.length > most.length) most = items
      }
    })
    attempt.end()
    return { ...page, failure: null }
  } catch (error) {
    if (!isBrokerError(error)) throw error
    return { items: most, envelope: null, failure: error }
  }
}
