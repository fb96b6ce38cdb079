import { createHash } from 'node:crypto'
import { Type } from '@sinclair/typebox'

const control = '\\u0000-\\u001f\\u007f-\\u009f\\u2028\\u2029'
const invisible = '\\s\\u00ad\\u061c\\u180e\\u200b-\\u200f\\u202a-\\u202e\\u2060-\\u206f'

/** Pattern of a name: something can be seen of it, and it is one line without control characters. */
export const namePattern = `^[^${control}]*[^${invisible}${control}][^${control}]*$`

/** Name of a target list, wherever one is named. The TOM Toolkit's CSV separates names by commas. */
export const ListName = Type.String({
  minLength: 1,
  maxLength: 200,
  pattern: `^[^,${invisible}${control}]([^,${control}]*[^,${invisible}${control}])?$`,
  description: 'Name, of which there is only one; without commas and control characters, and without blanks at its ends.',
  examples: ['Tonight']
})

/** An entry of a database index has its limits; what would be longer is hashed. */
const longestKey = 600

/**
 * Normalises a name so that all its spellings agree: case, space, dashes, `_`, parentheses and invisible characters do
 * not count, nor does the AT or SN in front of a TNS name (`SN 2024abc`, `at-2024ABC`, `2024abc`). A name of nothing
 * else stays as it is.
 */
export function nameKey(name: string): string {
  const compatible = name.normalize('NFKC')
  const key = fold(compatible.replace(/[\s\p{Pd}\u2212_()\p{Cf}]/gu, '')).replace(/^(?:at|sn)(?=(?:19|20)\d{2}[a-z]+$)/, '')
  return bounded(key || fold(compatible).trim() || name)
}

/** Folds case and composes again, for lower case has composed letters that upper case lacks; sigma has two lower cases. */
function fold(text: string): string {
  return text.toLowerCase().replaceAll('ς', 'σ').normalize('NFKC')
}

function bounded(key: string): string {
  return key.length <= longestKey ? key : createHash('sha256').update(key).digest('hex')
}
