import type { Static, TSchema } from '@sinclair/typebox'
import type { BrokerError } from './errors.ts'

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

/** A request for many items. */
export interface ItemsRequest extends BrokerRequest {
  /** Where the array stands in the answer: `['data', 'items']`; left out when the answer itself is the array. */
  readonly at?: readonly string[]
  /** `ndjson`: one item a line. Default: `json`. */
  readonly format?: 'json' | 'ndjson'
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
  /** Reads a whole JSON answer that fits the schema; an object or array remembers its source text. */
  json<S extends TSchema>(path: string, schema: S, request?: BrokerRequest): Promise<Static<S>>
  /** Reads the items of an answer one by one, without holding the whole of it. */
  items(path: string, request?: ItemsRequest): ItemStream
  /** Reads a whole answer as text. */
  text(path: string, request?: BrokerRequest): Promise<string>
}
