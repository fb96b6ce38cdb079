import { findValue, newSearch } from './json-array-finder.ts'
import { tryParse } from './json-items.ts'
import { findValueEnd, isDelimited, newValue } from './json-value-end.ts'

/** The value at a path of member names of a JSON text, and its own text; null when there is none. */
export function memberOf(
  text: string,
  at: readonly string[]
): { readonly text: string; readonly value: unknown } | { readonly text: null; readonly value?: never } {
  const bytes = Buffer.from(text)
  const start = findValue(newSearch(at), bytes)
  if (start === null) return { text: null }
  const end = isDelimited(bytes[start]) ? findValueEnd(newValue(), bytes, start) : null
  const own = end === null ? wordAt(bytes.subarray(start).toString()) : bytes.subarray(start, end).toString()
  return { text: own, value: tryParse(own).value }
}

/** A number, true, false or null. */
function wordAt(text: string): string {
  return /^[^\s,\]}]*/.exec(text)?.[0] ?? ''
}
