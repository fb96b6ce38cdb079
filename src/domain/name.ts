/**
 * Normalises a name so that all its spellings agree: case, space, `-`, `_` and parentheses do not count, nor does the
 * AT or SN in front of a TNS name (`SN 2024abc`, `at-2024ABC`, `2024abc`). A name of nothing else stays as it is.
 */
export function nameKey(name: string): string {
  const folded = name.normalize('NFKC').toLowerCase()
  const bare = folded.replace(/[\s\-_()]/gu, '')
  return bare.replace(/^(?:at|sn)(?=(?:19|20)\d{2}[a-z]+$)/, '') || folded.trim() || name
}
