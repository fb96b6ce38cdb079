import { isUtf8 } from 'node:buffer'
import type { RawItem } from './json-item-holder.ts'
import { parseLossless } from './lossless-json.ts'
import { unreadableItem, withSource } from './source.ts'

/** Why an item of other bytes cannot be read. */
export const notUtf8 = 'is not proper UTF-8; what could not be read is shown as U+FFFD'

/** Reads one item: an object or array that remembers its text, or an unreadable item that says why. */
export function readItem({ bytes, fault }: RawItem): object {
  const text = bytes.toString()
  if (fault) return unreadable(text, fault)
  if (!isUtf8(bytes)) return unreadable(text, notUtf8)
  const { value, reason } = tryParse(text)
  if (reason !== null) return unreadable(text, `is not JSON: ${reason}`)
  if (typeof value !== 'object' || value === null) return unreadable(text, `is ${nameOf(value)}, neither an object nor an array`)
  return withSource(value, text)
}

/** What a text says in JSON, or why it is none. */
export type Parsed = { readonly value: unknown; readonly reason: null } | { readonly value?: never; readonly reason: string }

/** Parses without loss; the reason of a failure quotes nothing of the text. */
export function tryParse(text: string): Parsed {
  try {
    return { value: parseLossless(text), reason: null }
  } catch (error) {
    return { reason: error instanceof SyntaxError ? error.message.replace(/, \.*".*(?= is not valid JSON)/s, '') : String(error) }
  }
}

/** An unreadable item, without NUL: PostgreSQL has no text with NUL in it. */
export function unreadable(text: string, reason: string, mediaType?: string): object {
  return unreadableItem(text.replaceAll('\0', '\ufffd'), reason.replaceAll('\0', '\ufffd'), mediaType)
}

function nameOf(value: unknown): string {
  return value === null ? 'null' : `a ${typeof value}`
}
