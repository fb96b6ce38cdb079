import type { ExtraValue } from '../fields.ts'
import { csvCell, quotedCell } from './csv-text.ts'

const numberText = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:e[-+]?\d+)?$/i
/** A double keeps so many digits, whatever they are. */
const exactDigits = 15

/**
 * Reads an extra from a cell: a text in quotes is a text; without them, what looks like a number or a truth value is one.
 * Undefined for an empty cell. Numbers with more digits than a double keeps, and those with zeros in front, are
 * identifiers: they stay texts.
 */
export function readExtra(cell: string, isQuoted: boolean): ExtraValue | undefined {
  if (isQuoted) return cell
  if (cell === '') return undefined
  const word = cell.toLowerCase()
  if (word === 'true' || word === 'false') return word === 'true'
  return isExactNumber(cell) ? Number(cell) : cell
}

function isExactNumber(text: string): boolean {
  if (!numberText.test(text) || !Number.isFinite(Number(text))) return false
  const digits = text.replace(/e.*/i, '').replace(/\D/g, '').replace(/^0+/, '')
  return digits.length <= exactDigits || String(Number(text)) === text
}

/** Writes an extra so that it is read as what it is; truth values as Python writes them. */
export function extraCell(value: ExtraValue): string {
  if (typeof value === 'boolean') return value ? 'True' : 'False'
  if (typeof value === 'number') return String(value)
  return readExtra(value, false) === value ? csvCell(value) : quotedCell(value)
}
