import { isUtf8 } from 'node:buffer'
import { type CsvPlace, nextPlace, splitRow } from './csv-row.ts'
import { isSpace } from './json-bytes.ts'
import { createItemHolder, type RawItem } from './json-item-holder.ts'
import { notUtf8, unreadable } from './json-items.ts'
import type { ItemScanner } from './json-scanner.ts'
import { withSource } from './source.ts'

const mediaType = 'text/csv'
const mostRowsBeforeHeader = 20
const cutOff = 'sent a table that is cut off in the middle of a row'

/** Cuts a table of comma-separated values into its rows, and reads them by the names in its header. */
export interface TableScanner extends ItemScanner {
  /** Reads a row: an object of texts that remembers the row as it was sent, or an unreadable item that says why. */
  read(row: RawItem): object
}

/**
 * Makes a scanner for a table. Its header is the first row that names all of the columns; what stands before it is
 * passed over, and so is a # in front of the first name.
 */
export function createTableScanner(columns: readonly string[], { maxItemBytes }: { maxItemBytes: number }): TableScanner {
  const holder = createItemHolder(maxItemBytes)
  const missing = columns.length === 0 ? 'sent no table' : `sent no table with the columns ${columns.join(', ')}`
  let place: CsvPlace = 'field-start'
  let header: readonly string[] | null = null
  let passedOver = 0

  /** Takes the row that ended out of the holder; null for the header, for what stands before it and for an empty line. */
  const takeRow = (): RawItem | null => {
    const { bytes, fault } = holder.take()
    const row = { bytes: withoutEnd(bytes), fault }
    if (row.bytes.every(isSpace)) return null
    if (header !== null) return row
    header = headerOf(row, columns)
    if (header === null) passedOver++
    return null
  }

  return {
    found: () => header !== null,
    envelope: () => null,
    read: row => readRow(row, header ?? []),
    push(chunk) {
      const items: RawItem[] = []
      let from = 0
      for (let index = 0; index < chunk.length; index++) {
        place = nextPlace(place, chunk[index] ?? 0)
        if (place !== 'row-end') continue
        holder.add(chunk.subarray(from, index))
        from = index + 1
        place = 'field-start'
        const row = takeRow()
        if (row) items.push(row)
      }
      holder.add(chunk.subarray(from))
      return { items, fault: passedOver > mostRowsBeforeHeader ? missing : null }
    },
    end() {
      if (place === 'quoted') return { items: [], fault: header === null ? missing : cutOff }
      const row = takeRow()
      if (header === null) return { items: [], fault: missing }
      if (row === null) return { items: [], fault: null }
      const isWhole = splitRow(row.bytes.toString()).length >= header.length
      return isWhole ? { items: [row], fault: null } : { items: [], fault: cutOff }
    }
  }
}

function headerOf({ bytes, fault }: RawItem, columns: readonly string[]): readonly string[] | null {
  if (fault !== null) return null
  const names = splitRow(bytes.toString().replace(/^\ufeff?\s*#\s*/, ''))
  return columns.every(column => names.includes(column)) ? names : null
}

function readRow({ bytes, fault }: RawItem, columns: readonly string[]): object {
  const text = bytes.toString()
  const wrong = fault ?? (isUtf8(bytes) ? null : notUtf8)
  if (wrong !== null) return unreadable(text, wrong, mediaType)
  const fields = splitRow(text)
  if (fields.length !== columns.length) {
    return unreadable(text, `has ${fields.length} fields where the header has ${columns.length}`, mediaType)
  }
  return withSource(Object.fromEntries(columns.map((column, index) => [column, fields[index]])), text, mediaType)
}

function withoutEnd(bytes: Buffer): Buffer {
  return bytes.at(-1) === 0x0d ? bytes.subarray(0, -1) : bytes
}
