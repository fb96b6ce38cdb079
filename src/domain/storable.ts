import { type Complaint, escapePointer } from './schema.ts'

const deepestNesting = 64

/** Says what keeps a JSON value from being stored: PostgreSQL's text holds neither U+0000 nor half of a surrogate pair. */
export function unstorableStrings(value: unknown, depth = 0): Complaint[] {
  if (typeof value === 'string') return isStorable(value) ? [] : [{ pointer: '', message: 'must hold neither U+0000 nor a lone surrogate' }]
  if (typeof value !== 'object' || value === null) return []
  if (depth === deepestNesting) return [{ pointer: '', message: `must not be nested deeper than ${deepestNesting} levels` }]
  return Object.entries(value).flatMap(([member, content]) => {
    if (!isStorable(member)) return [{ pointer: '', message: 'must not have a member whose name holds U+0000 or a lone surrogate' }]
    // Nearly everything can be stored: only what cannot is given a pointer, on the way back.
    const complaints = unstorableStrings(content, depth + 1)
    return complaints.map(({ pointer, message }) => ({ pointer: `/${escapePointer(member)}${pointer}`, message }))
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
