import type { Static, TSchema } from '@sinclair/typebox'
import type { Dispatcher } from 'undici'
import type { Logger } from './define-broker.ts'
import type { BrokerError } from './errors.ts'
import type { Gate } from './gate.ts'
import { createItemStream } from './http-items.ts'
import { readJson, refuseHtml } from './http-json.ts'
import { defaultLimits, type HttpLimits } from './http-limits.ts'
import { prepareRequest } from './http-request.ts'
import { withRetries } from './http-retry.ts'
import { type Answer, type Call, send } from './http-send.ts'
import type { Watch } from './http-watch.ts'
import { createMask } from './mask.ts'
import { readWhole } from './read-body.ts'

/** Query or form fields; an array repeats its field, undefined leaves it out. */
export type Fields = Readonly<Record<string, string | number | boolean | readonly (string | number | boolean)[] | undefined>>

/** One request to a broker. */
export interface BrokerRequest {
  readonly query?: Fields
  readonly headers?: Readonly<Record<string, string>>
  /** Sends a POST with this JSON body. */
  readonly json?: unknown
  /** Sends a POST with this form body. */
  readonly form?: Fields
  /** A POST that only asks may be asked again; a GET always may. */
  readonly idempotent?: boolean
  /** Finds an error that the broker reports inside an answer with status 200. */
  readonly inBandError?: (body: unknown) => BrokerError | undefined
}

/** A request for a whole JSON answer. */
export interface JsonRequest extends BrokerRequest {
  /** Where in the answer the value stands: `['data']`; left out when the answer itself is the value. */
  readonly at?: readonly string[]
}

/** A request for many items. */
export interface ItemsRequest extends BrokerRequest {
  /** Where the array stands in the answer: `['data', 'items']`; left out when the answer itself is the array. */
  readonly at?: readonly string[]
  /** `ndjson`: one item a line; `csv`: a table, each row an object of texts by the names in the header. Default: `json`. */
  readonly format?: 'json' | 'ndjson' | 'csv'
  /** Names that the header of a table must hold; an answer without such a header is a bad response. */
  readonly columns?: readonly string[]
  /**
   * Reads the answer to its end before the first item is yielded, so that one that breaks off is asked for again. When
   * that does not help, the items that came are yielded before the error is thrown. For pages: all items are held at once.
   */
  readonly whole?: boolean
}

/** The items of one answer, each remembering its source text. Can be read once. */
export interface ItemStream extends AsyncIterable<unknown> {
  /** The answer around the items, with their array empty; known once the last item was read. */
  envelope(): unknown
}

/**
 * Talks to one broker and to nothing else: rooted at its base URL, cancelled with the run. Integers of 16 and more
 * digits are read as strings of their digits, bare NaN and Infinity as null; the source text keeps what was sent.
 * Every failure is a BrokerError, a cancelled request throws the reason of the signal.
 */
export interface HttpClient {
  /** Reads a JSON answer, or the value at a place in it, that fits the schema; an object or array remembers its source text. */
  json<S extends TSchema>(path: string, schema: S, request?: JsonRequest): Promise<Static<S>>
  /** Reads the items of an answer one by one, without holding the whole of it. */
  items(path: string, request?: ItemsRequest): ItemStream
  /** Reads a whole answer as text. */
  text(path: string, request?: BrokerRequest): Promise<string>
}

/** What a client is made of. */
export interface HttpClientOptions {
  /** Root of the broker's API, with a trailing slash. */
  readonly baseUrl: string
  /** Ends every request at once when it fires. */
  readonly signal: AbortSignal
  /** Texts that no error message may hold. */
  readonly secrets?: readonly string[]
  readonly limits?: Partial<HttpLimits>
  readonly dispatcher?: Dispatcher
  readonly log?: Logger
  /** What every request has to pass; left out: it is sent at once. */
  readonly gate?: Gate
  /** Told why a request waits at the gate. */
  readonly onWait?: (message: string) => void
}

/** Makes a client for one broker. */
export function createHttpClient({ baseUrl, signal, secrets = [], limits: chosen, onWait, ...given }: HttpClientOptions): HttpClient {
  const root = new URL(baseUrl)
  const limits = { ...defaultLimits, ...chosen }
  const mask = createMask(secrets)
  const prepare = (path: string, request: BrokerRequest, accept: string): Call => ({
    request: prepareRequest(root, path, { accept, request }),
    limits,
    mask,
    signal,
    dispatcher: given.dispatcher,
    log: given.log,
    gate: given.gate,
    onWait: onWait ?? (() => {})
  })

  const whole = (answer: Answer, watch: Watch) => readWhole(answer, { watch, maxBytes: limits.maxWholeBytes })

  return {
    async json(path, schema, request = {}) {
      return ask(prepare(path, request, 'application/json'), async (answer, watch) => {
        await refuseHtml(answer, watch)
        return readJson(await whole(answer, watch), { answer, schema, request })
      })
    },
    items: (path, request = {}) => createItemStream(() => prepare(path, request, acceptOf(request)), request),
    async text(path, request = {}) {
      return ask(prepare(path, request, '*/*'), async (answer, watch) => new TextDecoder().decode(await whole(answer, watch)))
    }
  }
}

function acceptOf({ format }: ItemsRequest): string {
  if (format === 'csv') return 'text/csv, text/plain;q=0.5, */*;q=0.1'
  return format === 'ndjson' ? 'application/x-ndjson, application/jsonl, application/json;q=0.5' : 'application/json'
}

async function ask<T>(call: Call, read: (answer: Answer, watch: Watch) => Promise<T>): Promise<T> {
  const { result, attempt } = await withRetries(call, async attempt => {
    return { attempt, result: await read(await send(call, attempt), attempt.watch) }
  })
  attempt.end()
  return result
}
