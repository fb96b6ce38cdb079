import { backslash, closeBrace, closeBracket, comma, isSpace, openBrace, openBracket, quote } from './json-bytes.ts'

/** Finds the array at a path of member names in a body that comes chunk by chunk. */
export interface ArrayFinder {
  readonly found: boolean
  /** Reads on; answers the index just behind the opening bracket of the array, or null when it is not in this chunk. */
  find(chunk: Buffer): number | null
}

const colon = 0x3a

/** Makes a finder; the empty path is the body itself. It follows the first member of each name. */
export function createArrayFinder(at: readonly string[]): ArrayFinder {
  let found = false
  let depth = 0
  // How many objects of the path are open; a member of the path can only stand where depth equals it.
  let level = 0
  let inString = false
  let escaped = false
  let expectsKey = false
  // The bytes of a key that may be on the path.
  let key: number[] | null = null
  // Whether the next value is the next one on the path; the body itself is the first.
  let wanted = true

  function readString(byte: number): void {
    if (!escaped && byte === quote) {
      inString = false
      if (key) wanted = spells(key, at[level - 1])
      key = null
      return
    }
    key?.push(byte)
    escaped = !escaped && byte === backslash
  }

  /** Answers true for the opening bracket of the array. */
  function open(byte: number): boolean {
    const onPath = wanted && (byte === openBrace ? level < at.length : level === at.length)
    wanted = false
    if (onPath && byte === openBracket) return true
    depth++
    if (onPath) level = depth
    expectsKey = onPath
    return false
  }

  function readStructure(byte: number): boolean {
    if (byte === openBrace || byte === openBracket) return open(byte)
    if (byte === quote) {
      inString = true
      wanted = false
      key = expectsKey ? [] : null
      expectsKey = false
    } else if (byte === closeBrace || byte === closeBracket) {
      depth--
      level = Math.min(level, depth)
      expectsKey = false
    } else if (byte === comma) {
      wanted = false
      expectsKey = depth === level && level > 0
    } else if (byte !== colon && !isSpace(byte)) {
      wanted = false
    }
    return false
  }

  return {
    get found() {
      return found
    },
    find(chunk) {
      for (let index = 0; index < chunk.length; index++) {
        const byte = chunk[index] ?? 0
        if (inString) readString(byte)
        else if (readStructure(byte)) {
          found = true
          return index + 1
        }
      }
      return null
    }
  }
}

function spells(key: readonly number[], name: string | undefined): boolean {
  try {
    return JSON.parse(`"${Buffer.from(key).toString()}"`) === name
  } catch {
    return false
  }
}
