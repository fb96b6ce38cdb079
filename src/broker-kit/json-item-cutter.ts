import { backslash, closeBrace, closeBracket, comma, isSpace, openBrace, openBracket, quote } from './json-bytes.ts'
import { createCollector } from './json-collector.ts'

const deepest = 500

/** The bytes of one item, and why it cannot be read where that is known already. */
export interface RawItem {
  readonly bytes: Buffer
  readonly fault: string | null
}

/** Cuts one item after the other out of an array. */
export interface ItemCutter {
  /** Reads on in an item from an index; answers the index behind its end, or null when it goes on in the next chunk. */
  cut(chunk: Buffer, from: number): number | null
  /** Takes the item out, so that the next one can begin. */
  take(): RawItem
}

/** Makes a cutter. It holds one item at most, and of an item above the size [bytes] only the beginning. */
export function createItemCutter(maxItemBytes: number): ItemCutter {
  const collector = createCollector(maxItemBytes)
  let begun = false
  let isWord = false
  let depth = 0
  let reached = 0
  let inString = false
  let escaped = false

  function cut(chunk: Buffer, from: number): number | null {
    if (!begun) isWord = ![quote, openBrace, openBracket].includes(chunk[from] ?? 0)
    begun = true
    const end = isWord ? endOfWord(chunk, from) : endOfValue(chunk, from)
    collector.add(chunk.subarray(from, end ?? chunk.length))
    return end
  }

  /** Finds the end of an object, array or string. The longest loop of all: it looks at every byte of an item. */
  function endOfValue(chunk: Buffer, from: number): number | null {
    let index = from
    while (index < chunk.length) {
      if (inString) {
        index = endOfString(chunk, index)
        if (!inString && depth === 0) return index
        continue
      }
      const byte = chunk[index++]
      if (byte === quote) inString = true
      else if (byte === openBrace || byte === openBracket) reached = Math.max(reached, ++depth)
      else if ((byte === closeBrace || byte === closeBracket) && --depth === 0) return index
    }
    return null
  }

  function endOfString(chunk: Buffer, from: number): number {
    for (let index = from; index < chunk.length; index++) {
      if (escaped) escaped = false
      else if (chunk[index] === backslash) escaped = true
      else if (chunk[index] === quote) {
        inString = false
        return index + 1
      }
    }
    return chunk.length
  }

  function take(): RawItem {
    const { bytes, fault } = collector.take()
    const nesting = reached > deepest ? `is nested more than ${deepest} levels deep` : null
    begun = inString = escaped = false
    depth = reached = 0
    return { bytes, fault: fault ?? nesting }
  }

  return { cut, take }
}

function endOfWord(chunk: Buffer, from: number): number | null {
  for (let index = from; index < chunk.length; index++) {
    const byte = chunk[index]
    if (byte === comma || byte === closeBracket || isSpace(byte)) return index
  }
  return null
}
