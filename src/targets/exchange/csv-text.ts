/** A row of comma-separated values. */
export interface CsvRow {
  /** Line of the text in which it begins, from 1. */
  readonly line: number
  readonly cells: readonly string[]
  /** Which cells stood in quotes. */
  readonly quoted: ReadonlySet<number>
  /** Why it cannot be read; null when it can. */
  readonly fault: string | null
}

/** Cuts text that comes in pieces into rows. */
export interface CsvReader {
  push(text: string): CsvRow[]
  /** The last row, when no line end came behind it. */
  end(): CsvRow[]
}

const [quote, comma, newline, carriageReturn] = [0x22, 0x2c, 0x0a, 0x0d]
type Place = 'start' | 'plain' | 'quoted' | 'closing'

interface State {
  place: Place
  cells: string[]
  quoted: Set<number>
  fault: string | null
  /** Parts of the cell that is being read. */
  cell: string
  line: number
  rowLine: number
  /** The last character ended a row, as the first half of \r\n may do. */
  wasReturn: boolean
}

/** Makes a reader of CSV as spreadsheets and Python write it (RFC 4180); it tells for each cell whether it stood in quotes. Empty lines are passed over. */
export function createCsvReader(): CsvReader {
  const state: State = { place: 'start', cells: [], quoted: new Set(), fault: null, cell: '', line: 1, rowLine: 1, wasReturn: false }
  return {
    push: text => read(state, text),
    end: () => {
      if (state.place === 'quoted') state.fault = 'a quote is not closed'
      const isEmpty = state.cells.length === 0 && state.cell === '' && state.place === 'start'
      return isEmpty ? [] : [takeRow(state)]
    }
  }
}

function read(state: State, text: string): CsvRow[] {
  const rows: CsvRow[] = []
  let from = 0
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index)
    const isSecondHalf = code === newline && state.wasReturn
    state.wasReturn = code === carriageReturn
    if (isSecondHalf && state.place !== 'quoted') {
      from = index + 1
      continue
    }
    const isLineEnd = code === newline || code === carriageReturn
    if (isLineEnd && !isSecondHalf) state.line += 1
    if (state.place === 'quoted') {
      if (code !== quote) continue
      state.cell += text.slice(from, index)
      from = index + 1
      state.place = 'closing'
    } else if (code === comma || isLineEnd) {
      endCell(state, text.slice(from, index))
      from = index + 1
      if (isLineEnd) endRow(state, rows)
    } else if (code === quote && state.place !== 'plain') {
      // A second quote is one of the text; a first one begins it.
      if (state.place === 'closing') state.cell += '"'
      else state.quoted.add(state.cells.length)
      from = index + 1
      state.place = 'quoted'
    } else {
      if (state.place === 'closing')
        state.fault ??= `column ${state.cells.length + 1}: only a comma or the end of the line can follow a closing quote`
      state.place = 'plain'
    }
  }
  state.cell += text.slice(from)
  return rows
}

function endCell(state: State, rest: string): void {
  state.cells.push(state.cell + rest)
  state.cell = ''
  state.place = 'start'
}

function endRow(state: State, rows: CsvRow[]): void {
  const isEmpty = state.cells.length === 1 && state.cells[0] === '' && state.quoted.size === 0
  if (isEmpty) state.cells = []
  else rows.push(rowOf(state))
  state.rowLine = state.line
}

function takeRow(state: State): CsvRow {
  endCell(state, '')
  return rowOf(state)
}

function rowOf(state: State): CsvRow {
  const { rowLine: line, cells, quoted, fault } = state
  state.cells = []
  state.quoted = new Set()
  state.fault = null
  return { line, cells, quoted, fault }
}

/** Writes a cell, in quotes where it must be. */
export function csvCell(text: string): string {
  return /[",\r\n]/.test(text) ? quotedCell(text) : text
}

/** Writes a cell in quotes. */
export function quotedCell(text: string): string {
  return `"${text.replaceAll('"', '""')}"`
}
