import { isSpace, newline } from './json-bytes.ts'
import { createItemHolder, type RawItem } from './json-item-holder.ts'
import type { ItemScanner } from './json-scanner.ts'
import { findValueEnd, isDelimited, nestingFault, newValue } from './json-value-end.ts'

const byteOrderMark = Buffer.from('\ufeff')

/** Cuts a body into lines, each of them one item; empty lines do not count. */
export function createLineScanner({ maxItemBytes }: { maxItemBytes: number }): ItemScanner {
  const holder = createItemHolder(maxItemBytes)

  return {
    found: () => true,
    envelope: () => null,
    push(chunk) {
      const items: RawItem[] = []
      let from = 0
      for (let end = chunk.indexOf(newline); end !== -1; end = chunk.indexOf(newline, from)) {
        holder.add(chunk.subarray(from, end))
        from = end + 1
        const line = readLine(holder.take())
        if (line) items.push(line.item)
      }
      holder.add(chunk.subarray(from))
      return { items, fault: null }
    },
    end() {
      const line = readLine(holder.take())
      if (!line) return { items: [], fault: null }
      return line.isComplete
        ? { items: [line.item], fault: null }
        : { items: [], fault: 'sent JSON that is cut off in the middle of a line' }
    }
  }
}

/** Looks at one line: whether its value is complete, and not nested too deep; null for an empty line. */
function readLine({ bytes, fault }: RawItem): { item: RawItem; isComplete: boolean } | null {
  const line = trim(bytes)
  if (line.length === 0) return null
  const value = newValue()
  const isComplete = findValueEnd(value, line, 0) !== null || !isDelimited(line[0])
  return { item: { bytes: line, fault: fault ?? nestingFault(value) }, isComplete }
}

function trim(bytes: Buffer): Buffer {
  let start = bytes.subarray(0, byteOrderMark.length).equals(byteOrderMark) ? byteOrderMark.length : 0
  let end = bytes.length
  while (start < end && isSpace(bytes[start])) start++
  while (end > start && isSpace(bytes[end - 1])) end--
  return bytes.subarray(start, end)
}
