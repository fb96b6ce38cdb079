import { createTableScanner } from './csv-table.ts'
import type { Attempt } from './http-attempt.ts'
import type { ItemsRequest } from './http-client.ts'
import { parseAnswer, refuseHtml, withoutMark } from './http-json.ts'
import type { HttpLimits } from './http-limits.ts'
import { type Answer, type Call, send } from './http-send.ts'
import type { RawItem } from './json-item-holder.ts'
import { readItem } from './json-items.ts'
import { createLineScanner } from './json-lines.ts'
import { createArrayScanner, type ItemScanner } from './json-scanner.ts'
import { readBody } from './read-body.ts'
import { withSource } from './source.ts'

/** The items of one answer, and then what stood around them. */
export type AnswerItems = AsyncGenerator<object, unknown, undefined>

/** Sends a request once; what is wrong with the items of its answer is thrown after all items that came before. */
export async function askForItems(call: Call, attempt: Attempt, request: ItemsRequest): Promise<AnswerItems> {
  const answer = await send(call, attempt)
  await refuseHtml(answer, attempt.watch)
  return itemsOf({ call, answer, attempt, request })
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

async function* itemsOf({ call: { limits }, answer, attempt, request }: Reading): AnswerItems {
  const { scanner, read } = formatOf(request, limits)
  const maxBytes = request.whole ? Math.min(limits.maxPageBytes, limits.maxBytes) : limits.maxBytes
  for await (const chunk of readBody(answer, { watch: attempt.watch, maxBytes })) {
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
  if (!scanner.found()) throw answer.reporter.fault('bad-response', `has no array at /${at.join('/')}`)
  return typeof value === 'object' && value !== null ? withSource(value, text) : value
}
