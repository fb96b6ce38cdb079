import { createArrayScanner } from '../../broker-kit/json-scanner.ts'
import type { ImportLine } from './import-line.ts'
import { longestRecord, readRecord } from './read-record.ts'

const limits = { maxItemBytes: longestRecord, maxEnvelopeBytes: 1000 }

/** Reads targets from an array of JSON objects, as the export writes it; `line` is the place in the array, from 1. */
export async function* readJson(texts: AsyncIterable<string>): AsyncGenerator<ImportLine> {
  const scanner = createArrayScanner([], limits)
  let line = 0
  for await (const text of texts) {
    const { items, fault } = scanner.push(Buffer.from(text))
    for (const { bytes, fault: itemFault } of items) {
      line += 1
      yield itemFault === null ? readRecord(bytes.toString(), line) : faultAt(line, itemFault)
    }
    if (fault !== null) return yield faultAt(line + 1, scanner.found() ? ofFile(fault) : notArray)
  }
  const { fault } = scanner.end()
  if (!scanner.found()) yield faultAt(line + 1, notArray)
  else if (fault !== null) yield faultAt(line + 1, ofFile(fault))
  else if (scanner.envelope()?.toString().replace(/\s/g, '') !== '[]') yield faultAt(line + 1, 'there is something around the array')
}

function faultAt(line: number, message: string): ImportLine {
  return { faults: [{ line, column: '', message }] }
}

const notArray = 'must be a JSON array'

function ofFile(fault: string): string {
  return `the file ${fault.replace(/^sent /, 'has ')}`
}
