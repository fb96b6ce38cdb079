import type { ImportLine } from './import-line.ts'
import { longestRecord, readRecord } from './read-record.ts'

/** Reads targets from JSON objects, one a line, as the export writes them. */
export async function* readNdjson(texts: AsyncIterable<string>): AsyncGenerator<ImportLine> {
  let line = 1
  let rest = ''
  for await (const text of texts) {
    const lines = (rest + text).split('\n')
    rest = lines.pop() ?? ''
    for (const one of lines) {
      if (one.trim() !== '') yield readRecord(one, line)
      line += 1
    }
    if (rest.length > longestRecord) {
      yield { faults: [{ line, column: '', message: `is longer than ${longestRecord} characters` }] }
      return
    }
  }
  if (rest.trim() !== '') yield readRecord(rest, line)
}
