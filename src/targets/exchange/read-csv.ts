import { readTarget } from '../check-target.ts'
import { type Column, columnOf, extraColumn, readColumn } from './csv-columns.ts'
import { readExtra } from './csv-extras.ts'
import { type CsvRow, createCsvReader } from './csv-text.ts'
import { type ImportLine, type LineFault, readInstant } from './import-line.ts'
import { checkLists } from './list-names.ts'

/** Reads the TOM Toolkit's CSV: a header, and a line for each target. */
export async function* readCsv(texts: AsyncIterable<string>): AsyncGenerator<ImportLine> {
  const reader = createCsvReader()
  let columns: readonly NamedColumn[] | undefined
  const readRows = function* (rows: readonly CsvRow[]): Generator<ImportLine> {
    for (const row of rows) {
      if (columns) yield readRow(columns, row)
      else {
        const header = readHeader(row)
        columns = header.columns
        if (header.faults.length > 0) yield header
      }
    }
  }
  for await (const text of texts) yield* readRows(reader.push(text))
  yield* readRows(reader.end())
  if (columns === undefined) yield { faults: [{ line: 1, column: '', message: 'There is no header.' }] }
}

interface NamedColumn {
  readonly name: string
  readonly column: Column
}

function readHeader({ line, cells, fault }: CsvRow): { readonly columns: NamedColumn[]; readonly faults: LineFault[] } {
  const columns = cells.map(name => ({ name, column: readColumn(name) }))
  const faultOf = (column: string, message: string) => ({ line, column, message })
  const twice = cells.filter((name, index) => cells.indexOf(name) !== index)
  const faults = [
    ...(fault === null ? [] : [faultOf('', fault)]),
    ...(cells.includes('name') ? [] : [faultOf('name', 'is required')]),
    ...twice.map(name => faultOf(name, 'is there twice')),
    ...(cells.includes('') ? [faultOf('', `column ${cells.indexOf('') + 1} has no name`)] : [])
  ]
  return { columns, faults }
}

/** What a row says, member by member. */
interface Draft {
  readonly members: Map<string, unknown>
  readonly aliases: { readonly name: string; readonly column: string }[]
  readonly extras: Map<string, string | number | boolean>
  lists: string[]
  readonly history: { createdAt?: string; modifiedAt?: string }
}

function readRow(columns: readonly NamedColumn[], { line, cells, quoted, fault }: CsvRow): ImportLine {
  const faultOf = (column: string, message: string) => ({ line, column, message })
  if (fault !== null) return { faults: [faultOf('', fault)] }
  if (cells.length !== columns.length)
    return { faults: [faultOf('', `has ${cells.length} columns where the header has ${columns.length}`)] }
  const draft: Draft = { members: new Map(), aliases: [], extras: new Map(), lists: [], history: {} }
  const faults = columns.flatMap(({ name, column }, index) => {
    const message = readCell(draft, { name, column, cell: cells[index] ?? '', isQuoted: quoted.has(index) })
    return message === undefined ? [] : [faultOf(name, message)]
  })
  const { value, complaints = [] } = readTarget(describe(draft))
  const known = new Set(faults.map(({ column }) => column))
  const wrong = complaints.map(({ pointer, message }) => faultOf(columnAt(pointer, draft), message))
  const all = [...faults, ...wrong.filter(({ column }) => !known.has(column))]
  if (all.length > 0 || value === undefined) return { faults: all }
  return { target: { line, body: value, lists: draft.lists, history: draft.history } }
}

interface Cell extends NamedColumn {
  readonly cell: string
  readonly isQuoted: boolean
}

/** Reads a cell into the draft; what is wrong with it, if anything. */
function readCell(draft: Draft, { name, column, cell, isQuoted }: Cell): string | undefined {
  if (column.kind === 'extra') {
    const value = readExtra(cell, isQuoted)
    if (value !== undefined) draft.extras.set(column.key, value)
    return undefined
  }
  if (cell === '') return undefined
  if (column.kind === 'text') draft.members.set(column.field, cell)
  if (column.kind === 'number') draft.members.set(column.field, numberOf(cell))
  if (column.kind === 'alias') draft.aliases.push({ name: cell, column: name })
  if (column.kind === 'groups') {
    draft.lists = cell.split(',').map(list => list.trim())
    return checkLists(draft.lists)
  }
  if (column.kind === 'time') {
    const time = readInstant(cell)
    if (time === undefined) return 'must be a time such as 2026-01-31 23:59:59+00:00'
    draft.history[column.field] = time
  }
  return undefined
}

const decimal = /^[-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?$/i

/** A number, or the text as it is: of a position it can be sexagesimal, of anything else it is refused. */
function numberOf(text: string): number | string {
  return decimal.test(text.trim()) ? Number(text) : text
}

function describe({ members, aliases, extras }: Draft): object {
  const type = members.has('scheme') ? 'NON_SIDEREAL' : 'SIDEREAL'
  return {
    type,
    ...Object.fromEntries(members),
    ...(aliases.length > 0 && { aliases: aliases.map(({ name }) => name) }),
    ...(extras.size > 0 && { extras: Object.fromEntries(extras) })
  }
}

/** The column that a JSON Pointer into the description means. */
function columnAt(pointer: string, { aliases }: Draft): string {
  const [member = '', ...rest] = pointer.slice(1).split('/')
  const inner = rest.join('/').replaceAll('~1', '/').replaceAll('~0', '~')
  if (member === 'aliases') return aliases[Number(inner)]?.column ?? 'name2'
  return member === 'extras' && inner !== '' ? extraColumn(inner) : columnOf(member)
}
