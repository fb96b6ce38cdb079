import { createArrayFinder } from './json-array-finder.ts'
import { closeBracket, comma, isSpace } from './json-bytes.ts'
import { createItemCutter, type RawItem } from './json-item-cutter.ts'

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
  readonly found: boolean
  /** The body so far without the items; null for formats that have nothing around their items. */
  envelope(): Buffer | null
}

/** Sizes [bytes] that bound what a scanner holds. */
export interface ScannerLimits {
  readonly maxItemBytes: number
  readonly maxEnvelopeBytes: number
}

const cutOff = 'is cut off in the middle'

/** Cuts the items out of the array at a path of member names; the empty path is the body itself. */
export function createArrayScanner(at: readonly string[], limits: ScannerLimits): ItemScanner {
  const finder = createArrayFinder(at)
  const cutter = createItemCutter(limits.maxItemBytes)
  const envelope: Buffer[] = []
  let envelopeBytes = 0
  let phase: 'envelope' | 'first-item' | 'next-item' | 'in-item' | 'after-item' | 'rest' = 'envelope'

  function keep(bytes: Buffer): void {
    envelope.push(bytes)
    envelopeBytes += bytes.length
  }

  /** Scans the part of the chunk that lies in the array; answers where that part ends, or a fault. */
  function scanArray(chunk: Buffer, from: number, items: RawItem[]): number | string {
    let index = from
    while (index < chunk.length) {
      if (phase === 'in-item') {
        const end = cutter.cut(chunk, index)
        if (end === null) return chunk.length
        items.push(cutter.take())
        phase = 'after-item'
        index = end
        continue
      }
      const byte = chunk[index]
      if (isSpace(byte)) {
        index++
      } else if (byte === closeBracket && phase !== 'next-item') {
        phase = 'rest'
        return index
      } else if (phase === 'after-item') {
        if (byte !== comma) return 'is not JSON: two items without a comma between them'
        phase = 'next-item'
        index++
      } else {
        if (byte === comma || byte === closeBracket) return 'is not JSON: an item is missing'
        phase = 'in-item'
      }
    }
    return index
  }

  function push(chunk: Buffer): Scan {
    const items: RawItem[] = []
    let index = 0
    if (phase === 'envelope') {
      index = finder.find(chunk) ?? chunk.length
      keep(chunk.subarray(0, index))
      if (finder.found) phase = 'first-item'
    }
    if (phase !== 'envelope' && phase !== 'rest') {
      const end = scanArray(chunk, index, items)
      if (typeof end === 'string') return { items, fault: end }
      index = end
    }
    if (phase === 'rest') keep(chunk.subarray(index))
    return {
      items,
      fault: envelopeBytes > limits.maxEnvelopeBytes ? `has more than ${limits.maxEnvelopeBytes} bytes around its items` : null
    }
  }

  return {
    push,
    end: () => ({ items: [], fault: phase === 'rest' || phase === 'envelope' ? null : cutOff }),
    get found() {
      return finder.found
    },
    envelope: () => Buffer.concat(envelope)
  }
}
