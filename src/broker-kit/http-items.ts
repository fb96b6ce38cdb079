import { createTableScanner } from './csv-table.ts'
import type { Attempt } from './http-attempt.ts'
import type { ItemStream, ItemsRequest } from './http-client.ts'
import { parseAnswer, refuseHtml, withoutMark } from './http-json.ts'
import type { HttpLimits } from './http-limits.ts'
import { withRetries } from './http-retry.ts'
import { type Answer, type Call, send } from './http-send.ts'
import type { RawItem } from './json-item-holder.ts'
import { readItem } from './json-items.ts'
import { createLineScanner } from './json-lines.ts'
import { createArrayScanner, type ItemScanner } from './json-scanner.ts'
import { readBody } from './read-body.ts'
import { withSource } from './source.ts'

/** Makes the stream of items of one answer; the request is prepared and sent when the first item is wanted. */
export function createItemStream(prepare: () => Call, request: ItemsRequest): ItemStream {
  let begun = false
  let ending: { readonly envelope: unknown } | null = null

  async function* read(closed: AbortSignal): AsyncGenerator<object, void, undefined> {
    const prepared = prepare()
    const cancel = new AbortController()
    const stop = () => cancel.abort(prepared.signal.aborted ? prepared.signal.reason : closed.reason)
    const signals = [prepared.signal, closed]
    for (const signal of signals) signal.addEventListener('abort', stop)
    if (signals.some(({ aborted }) => aborted)) stop()
    try {
      ending = { envelope: yield* readItems({ ...prepared, signal: cancel.signal }, request) }
    } finally {
      for (const signal of signals) signal.removeEventListener('abort', stop)
    }
  }

  return {
    [Symbol.asyncIterator]() {
      if (begun) throw new TypeError('The items of an answer can be read once')
      begun = true
      return closable(read)
    },
    envelope() {
      if (!ending) throw new TypeError('What stands around the items is known once the last of them was read')
      return ending.envelope
    }
  }
}

// The return() of a generator waits for the read that is under way: closing first ends that read at once.
function closable(read: (closed: AbortSignal) => AsyncGenerator<object, void, undefined>): AsyncIterableIterator<object> {
  const closing = new AbortController()
  const items = read(closing.signal)
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

/** Yields the items and returns what stood around them; tries again only until the first item is there. */
async function* readItems(call: Call, request: ItemsRequest): AsyncGenerator<object, unknown, undefined> {
  const { attempt, items, first } = await withRetries(call, async attempt => {
    const answer = await send(call, attempt)
    await refuseHtml(answer, attempt.watch)
    const items = itemsOf({ call, answer, attempt, request })
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

interface Reading {
  readonly call: Call
  readonly answer: Answer
  readonly attempt: Attempt
  readonly request: ItemsRequest
}

/** How the items of an answer are cut out of it, and read. */
interface Format {
  readonly scanner: ItemScanner
  read(item: RawItem): object
}

/** Reads one answer; what is wrong with it is thrown after all items that came before. */
async function* itemsOf({ call: { limits }, answer, attempt, request }: Reading): AsyncGenerator<object, unknown, undefined> {
  const { scanner, read } = formatOf(request, limits)
  for await (const chunk of readBody(answer, { watch: attempt.watch, maxBytes: limits.maxBytes })) {
    const { items, fault } = scanner.push(chunk)
    for (const item of items) yield read(item)
    if (fault !== null) throw answer.reporter.fault('bad-response', fault)
  }
  const { items, fault } = scanner.end()
  for (const item of items) yield read(item)
  if (fault !== null) throw answer.reporter.fault('bad-response', fault)
  return readEnvelope(scanner, answer, request)
}

function formatOf({ format, at = [], columns = [] }: ItemsRequest, limits: HttpLimits): Format {
  if (format === 'ndjson') return { scanner: createLineScanner(limits), read: readItem }
  if (format !== 'csv') return { scanner: createArrayScanner(at, limits), read: readItem }
  const scanner = createTableScanner(columns, limits)
  return { scanner, read: scanner.read }
}

function readEnvelope(scanner: ItemScanner, answer: Answer, { at = [], inBandError }: ItemsRequest): unknown {
  const bytes = scanner.envelope()
  if (bytes === null) return null
  const text = withoutMark(bytes.toString())
  const value = parseAnswer(text, answer)
  const inBand = inBandError?.(value)
  if (inBand) throw answer.reporter.adopt(inBand)
  if (!scanner.found) throw answer.reporter.fault('bad-response', `has no array at /${at.join('/')}`)
  return typeof value === 'object' && value !== null ? withSource(value, text) : value
}
