import { backslash, closeBrace, closeBracket, colon, comma, isSpace, openBrace, openBracket, quote } from './json-bytes.ts'

/** Where the search for the array at a path of member names stands. It follows the first member of each name. */
export interface ArraySearch {
  readonly at: readonly string[]
  found: boolean
  depth: number
  /** How many objects of the path are open; a member of the path can only stand where the depth equals it. */
  level: number
  inString: boolean
  escaped: boolean
  expectsKey: boolean
  /** The bytes of a key that may be on the path. */
  key: number[] | null
  /** Whether the next value is the next one on the path; the body itself is the first. */
  wanted: boolean
}

/** The search at the beginning of a body; the empty path is the body itself. */
export function newSearch(at: readonly string[]): ArraySearch {
  return { at, found: false, depth: 0, level: 0, inString: false, escaped: false, expectsKey: false, key: null, wanted: true }
}

/** Searches on in the next chunk; answers the index just behind the opening bracket, or null when it is not there. */
export function findArray(search: ArraySearch, chunk: Buffer): number | null {
  for (let index = 0; index < chunk.length; index++) {
    readByte(search, chunk[index] ?? 0)
    if (search.found) return index + 1
  }
  return null
}

/** Searches for whatever value stands at the path; answers the index of its first byte, or null when it is not there. */
export function findValue(search: ArraySearch, chunk: Buffer): number | null {
  for (let index = 0; index < chunk.length; index++) {
    const byte = chunk[index] ?? 0
    const isThere = search.wanted && search.level === search.at.length && !search.inString
    if (isThere && byte !== colon && !isSpace(byte)) return index
    readByte(search, byte)
  }
  return null
}

function readByte(search: ArraySearch, byte: number): void {
  if (search.inString) readString(search, byte)
  else readStructure(search, byte)
}

function readString(search: ArraySearch, byte: number): void {
  if (byte === quote && !search.escaped) {
    search.inString = false
    search.wanted = search.key !== null && spells(search.key, search.at[search.level - 1])
    search.key = null
    return
  }
  search.key?.push(byte)
  search.escaped = !search.escaped && byte === backslash
}

function readStructure(search: ArraySearch, byte: number): void {
  if (byte === openBrace || byte === openBracket) open(search, byte)
  else if (byte === closeBrace || byte === closeBracket) close(search)
  // Bytes above ASCII stand outside of strings only as the byte order mark.
  else if (byte !== colon && byte <= 0x7f && !isSpace(byte)) readOther(search, byte)
}

function readOther(search: ArraySearch, byte: number): void {
  search.wanted = false
  if (byte === quote) {
    search.inString = true
    search.key = search.expectsKey ? [] : null
  }
  search.expectsKey = byte === comma && search.level > 0 && search.depth === search.level
}

function open(search: ArraySearch, byte: number): void {
  const isLast = search.level === search.at.length
  const onPath = search.wanted && (byte === openBracket) === isLast
  search.wanted = false
  search.found = onPath && isLast
  search.depth++
  if (onPath) search.level = search.depth
  search.expectsKey = onPath
}

function close(search: ArraySearch): void {
  search.depth--
  search.level = Math.min(search.level, search.depth)
  search.wanted = false
  search.expectsKey = false
}

function spells(key: readonly number[], name: string | undefined): boolean {
  try {
    return JSON.parse(`"${Buffer.from(key).toString()}"`) === name
  } catch {
    return false
  }
}
