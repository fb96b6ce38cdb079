import { type Complaint, escapePointer } from './schema.ts'

const deepestNesting = 64

/** Says what keeps a JSON value from being stored: PostgreSQL's text holds neither U+0000 nor half of a surrogate pair. */
export function unstorableStrings(value: unknown): Complaint[] {
  return isAllStorable(value, 0) ? [] : complaintsOf(value, '', 0)
}

// Nearly everything can be stored: nothing is made to tell so.
function isAllStorable(value: unknown, depth: number): boolean {
  if (typeof value === 'string') return isStorable(value)
  if (typeof value !== 'object' || value === null) return true
  if (depth === deepestNesting) return false
  if (Array.isArray(value)) return value.every(content => isAllStorable(content, depth + 1))
  return Object.entries(value).every(([member, content]) => isStorable(member) && isAllStorable(content, depth + 1))
}

function complaintsOf(value: unknown, pointer: string, depth: number): Complaint[] {
  if (typeof value === 'string') return isStorable(value) ? [] : [{ pointer, message: 'must hold neither U+0000 nor a lone surrogate' }]
  if (typeof value !== 'object' || value === null) return []
  if (depth === deepestNesting) return [{ pointer, message: `must not be nested deeper than ${deepestNesting} levels` }]
  return Object.entries(value).flatMap(([member, content]) => {
    if (!isStorable(member)) return [{ pointer, message: 'must not have a member whose name holds U+0000 or a lone surrogate' }]
    return complaintsOf(content, `${pointer}/${escapePointer(member)}`, depth + 1)
  })
}

/** Tells whether PostgreSQL's text can hold a string. */
export function isStorable(text: string): boolean {
  return text.isWellFormed() && !text.includes('\u0000')
}

/** The string as PostgreSQL's text can hold it: what it cannot hold becomes U+FFFD. */
export function makeStorable(text: string): string {
  return text.toWellFormed().replaceAll('\u0000', '\ufffd')
}
