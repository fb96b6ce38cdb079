import { isUtf8 } from 'node:buffer'
import type { Static, TSchema } from '@sinclair/typebox'
import type { BrokerError } from './errors.ts'
import type { JsonRequest } from './http-client.ts'
import type { Answer } from './http-send.ts'
import type { Watch } from './http-watch.ts'
import { tryParse } from './json-items.ts'
import { memberOf } from './json-member.ts'
import { complaintsAbout, fits } from './json-shape.ts'
import { isCutOff } from './json-value-end.ts'
import { readBeginning } from './read-body.ts'
import { withSource } from './source.ts'

/** What a JSON answer is read with. */
export interface JsonReading<S extends TSchema> {
  readonly answer: Answer
  readonly schema: S
  readonly request: JsonRequest
}

/** Reads a JSON answer, or the value at a place in it, that fits the schema and reports no error. */
export function readJson<S extends TSchema>(bytes: Buffer, { answer, schema, request }: JsonReading<S>): Static<S> {
  const { reporter } = answer
  if (!isUtf8(bytes)) throw reporter.fault('bad-response', `did not answer in proper UTF-8: ${reporter.quote(bytes.toString())}`)
  const { at = [], inBandError } = request
  const whole = withoutMark(bytes.toString())
  const document = parseAnswer(whole, answer)
  const inBand = inBandError?.(document)
  if (inBand) throw reporter.adopt(inBand)
  const { text, value } = at.length === 0 ? { text: whole, value: document } : memberOf(whole, at)
  if (text === null) throw reporter.fault('bad-response', `answered in a wrong shape: there is nothing at /${at.join('/')}`)
  if (!fits(schema, value)) throw wrongShape(value, schema, answer)
  return typeof value === 'object' && value !== null ? withSource(value, text) : value
}

/** Parses a whole answer; throws `bad-response` when it is no JSON. */
export function parseAnswer(text: string, { status, reporter }: Answer): unknown {
  const { value, reason } = tryParse(text)
  if (reason === null) return value
  if (text.trim() === '') throw reporter.fault('bad-response', `answered ${status} without a body`)
  const words = isCutOff(text) ? 'sent JSON that is cut off' : 'did not answer with JSON'
  throw reporter.fault('bad-response', `${words}: ${reporter.quote(text)}`)
}

/** Throws `bad-response` when a web page came instead of data. */
export async function refuseHtml(answer: Answer, watch: Watch): Promise<void> {
  if (!/\bx?html\b/.test(answer.contentType)) return
  const quote = answer.reporter.quote(await readBeginning(answer, watch))
  throw answer.reporter.fault('bad-response', `answered with a web page, not with data: ${quote}`)
}

function wrongShape(value: unknown, schema: TSchema, { reporter }: Answer): BrokerError {
  const [first, ...others] = complaintsAbout(schema, value)
  const more = others.length === 0 ? '' : ` (and ${others.length} more)`
  return reporter.fault('bad-response', `answered in a wrong shape: ${first?.pointer || 'the answer'} ${first?.message}${more}`)
}

/** Takes the byte order mark away, which JSON does not know. */
export function withoutMark(text: string): string {
  return text.startsWith('\ufeff') ? text.slice(1) : text
}
