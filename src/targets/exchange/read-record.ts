import { quoteLongIntegers } from '../../broker-kit/lossless-json.ts'
import { notKnown } from '../../domain/schema.ts'
import { readTarget } from '../check-target.ts'
import { type ImportLine, type LineFault, readInstant } from './import-line.ts'
import { checkLists } from './list-names.ts'
import { TargetRecord } from './schemas.ts'

/** No description of a target is longer [character]. */
export const longestRecord = 1_000_000

const members: ReadonlySet<string> = new Set(Object.keys(TargetRecord.properties))

/** Reads a target from the text of a JSON object, as the export writes it. */
export function readRecord(text: string, line: number): ImportLine {
  const faultOf = (column: string, message: string): LineFault => ({ line, column, message })
  const value = parse(text)
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return { faults: [faultOf('', 'must be a JSON object')] }
  const told = Object.entries(value).filter(([, member]) => member !== null)
  const known = told.filter(([name]) => members.has(name))
  const unknown = told.filter(([name]) => !members.has(name))
  const { lists = [], createdAt, modifiedAt, ...described } = Object.fromEntries(known)
  const times = Object.entries({ createdAt, modifiedAt }).filter(([, time]) => time !== undefined)
  const history = times.map(([name, time]) => [name, typeof time === 'string' ? readInstant(time) : undefined] as const)
  const { value: body, complaints = [] } = readTarget(described)
  const listFault = Array.isArray(lists) ? checkLists(lists) : 'must be an array'
  const faults = [
    ...unknown.map(([name]) => faultOf(name, `${notKnown}; known are ${[...members].join(', ')}`)),
    ...history.filter(([, time]) => time === undefined).map(([name]) => faultOf(name, 'must be a time [UTC, RFC 3339]')),
    ...(listFault === undefined ? [] : [faultOf('lists', listFault)]),
    ...complaints.map(({ pointer, message }) => faultOf(pointer.slice(1), message))
  ]
  if (faults.length > 0 || body === undefined) return { faults }
  return { target: { line, body, lists, history: Object.fromEntries(history) } }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(quoteLongIntegers(text))
  } catch {
    return undefined
  }
}
