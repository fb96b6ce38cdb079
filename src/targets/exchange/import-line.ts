import { escapePointer } from '../../domain/schema.ts'
import { calendarDay } from '../../domain/time.ts'
import type { NewTarget } from '../new-target-schemas.ts'
import type { History } from '../plan-store.ts'

/** What is wrong with a line of a file, and where. */
export interface LineFault {
  /** Line of the file, from 1. */
  readonly line: number
  /** Name of the column, or the member; empty for the line as a whole. */
  readonly column: string
  readonly message: string
}

/** A target as a file describes it. */
export interface ImportedTarget {
  readonly line: number
  readonly body: NewTarget
  /** Names of the lists that it is on. */
  readonly lists: readonly string[]
  readonly history: History
}

/** What a line of a file says, or all that is wrong with it. */
export type ImportLine = { readonly target: ImportedTarget; readonly faults?: never } | { readonly faults: readonly LineFault[] }

/** Shows what is wrong with a line as a problem does. */
export function toComplaint({ line, column, message }: LineFault) {
  return { pointer: column === '' ? `/${line}` : `/${line}/${escapePointer(column)}`, message, line, column: column === '' ? null : column }
}

const instant = new RegExp(
  `^(?<date>${calendarDay})(?:[T ](?<time>\\d\\d:\\d\\d(?::\\d\\d(?:\\.\\d{1,9})?)?))?\\s*(?<zone>Z|[-+]\\d\\d:?\\d\\d)?$`
)

/** Reads a time as Python or JSON write it; without an offset it is UTC. Undefined when it is none. */
export function readInstant(text: string): string | undefined {
  const { date, time = '00:00', zone = 'Z' } = instant.exec(text.trim())?.groups ?? {}
  const parsed = new Date(`${date}T${time}${zone}`)
  return date === undefined || Number.isNaN(parsed.getTime()) ? undefined : parsed.toISOString()
}
