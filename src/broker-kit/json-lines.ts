import { isSpace, newline } from './json-bytes.ts'
import { createCollector } from './json-collector.ts'
import { createItemCutter, type RawItem } from './json-item-cutter.ts'
import type { ItemScanner } from './json-scanner.ts'

/** Cuts a body into lines, each of them one item; empty lines do not count. */
export function createLineScanner({ maxItemBytes }: { maxItemBytes: number }): ItemScanner {
  const collector = createCollector(maxItemBytes)

  return {
    found: true,
    envelope: () => null,
    push(chunk) {
      const items: RawItem[] = []
      let from = 0
      for (let end = chunk.indexOf(newline); end !== -1; end = chunk.indexOf(newline, from)) {
        collector.add(chunk.subarray(from, end))
        from = end + 1
        const line = readLine(collector.take())
        if (line) items.push(line.item)
      }
      collector.add(chunk.subarray(from))
      return { items, fault: null }
    },
    end() {
      const line = readLine(collector.take())
      if (!line) return { items: [], fault: null }
      return line.complete ? { items: [line.item], fault: null } : { items: [], fault: 'is cut off in the middle of a line' }
    }
  }
}

/** Looks at one line: whether its value is complete, and not nested too deep; null for an empty line. */
function readLine({ bytes, fault }: RawItem): { item: RawItem; complete: boolean } | null {
  let start = 0
  let end = bytes.length
  while (start < end && isSpace(bytes[start])) start++
  while (end > start && isSpace(bytes[end - 1])) end--
  if (start === end) return null
  const line = bytes.subarray(start, end)
  const cutter = createItemCutter(line.length)
  const first = String.fromCharCode(line[0] ?? 0)
  const complete = cutter.cut(line, 0) !== null || !'{["'.includes(first)
  return { item: { bytes: line, fault: fault ?? cutter.take().fault }, complete }
}
