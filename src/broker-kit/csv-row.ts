import { comma, newline, quote } from './json-bytes.ts'

/** Where the reading of comma-separated values stands, from one byte to the next. */
export type CsvPlace = 'field-start' | 'plain' | 'quoted' | 'closing' | 'row-end'

/** The place behind a byte (or character code). A quote within a quoted field is a quote, doubled or not, unless the field can end there. */
export function nextPlace(place: CsvPlace, code: number): CsvPlace {
  if (place === 'quoted') return code === quote ? 'closing' : 'quoted'
  if (code === comma) return 'field-start'
  if (code === newline) return 'row-end'
  if (place === 'closing') return isBlank(code) ? 'closing' : 'quoted'
  if (place === 'plain') return 'plain'
  if (code === quote) return 'quoted'
  return isBlank(code) ? 'field-start' : 'plain'
}

/** The fields of one row; quotes and the white space around them are no part of a field. */
export function splitRow(row: string): string[] {
  const fields: string[] = []
  let place: CsvPlace = 'field-start'
  let from = 0
  for (let index = 0; index < row.length; index++) {
    const code = row.charCodeAt(index)
    place = nextPlace(place, code)
    if (place !== 'field-start' || code !== comma) continue
    fields.push(contentOf(row.slice(from, index)))
    from = index + 1
  }
  return [...fields, contentOf(row.slice(from))]
}

function contentOf(field: string): string {
  const text = field.trim()
  const isQuoted = text.length > 1 && text.startsWith('"') && text.endsWith('"')
  return isQuoted ? text.slice(1, -1).replaceAll('""', '"') : text
}

function isBlank(code: number): boolean {
  return code === 0x20 || code === 0x09 || code === 0x0d
}
