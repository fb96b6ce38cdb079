import { createGrowingBuffer } from './growing-buffer.ts'
import { cutItems, newArray } from './json-array-cutter.ts'
import { findArray, newSearch } from './json-array-finder.ts'
import type { RawItem } from './json-item-holder.ts'

/** What was found in one chunk: items that ended in it, then perhaps a fault, in words that follow the name of the source. */
export interface Scan {
  readonly items: readonly RawItem[]
  readonly fault: string | null
}

/** Cuts the items out of a body that comes chunk by chunk, cut anywhere. */
export interface ItemScanner {
  push(chunk: Buffer): Scan
  /** Says that the body is over. */
  end(): Scan
  /** Whether the place of the items was found. */
  found(): boolean
  /** The body so far without the items; null for formats that have nothing around their items. */
  envelope(): Buffer | null
}

/** Sizes [bytes] that bound what a scanner holds. */
export interface ScannerLimits {
  readonly maxItemBytes: number
  readonly maxEnvelopeBytes: number
}

/** Cuts the items out of the array at a path of member names; the empty path is the body itself. */
export function createArrayScanner(at: readonly string[], { maxItemBytes, maxEnvelopeBytes }: ScannerLimits): ItemScanner {
  const search = newSearch(at)
  const array = newArray(maxItemBytes)
  const envelope = createGrowingBuffer()

  return {
    push(chunk) {
      const start = search.found ? 0 : (findArray(search, chunk) ?? chunk.length)
      if (start > 0) envelope.add(chunk.subarray(0, start))
      const cut = search.found && array.phase !== 'closed' ? cutItems(array, chunk, start) : { items: [], end: start, fault: null }
      if (array.phase === 'closed') envelope.add(chunk.subarray(cut.end))
      const isTooLarge = envelope.size() > maxEnvelopeBytes
      return { items: cut.items, fault: cut.fault ?? (isTooLarge ? `sent more than ${maxEnvelopeBytes} bytes around its items` : null) }
    },
    end: () => ({
      items: [],
      fault: search.found && array.phase !== 'closed' ? 'sent JSON that is cut off in the middle of its items' : null
    }),
    found: () => search.found,
    envelope: envelope.bytes
  }
}
