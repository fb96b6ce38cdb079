import { backslash, closeBrace, closeBracket, comma, isSpace, openBrace, openBracket, quote } from './json-bytes.ts'

const deepest = 500

/** Where the reading of one JSON value stands, which may come in several chunks. */
export interface ValueState {
  kind: 'unbegun' | 'word' | 'delimited'
  depth: number
  /** The deepest nesting so far. */
  reached: number
  inString: boolean
  escaped: boolean
}

/** The state before the first byte of a value. */
export function newValue(): ValueState {
  return { kind: 'unbegun', depth: 0, reached: 0, inString: false, escaped: false }
}

/** Reads on in a value from an index; answers the index behind its end, or null when it goes on in the next chunk. */
export function findValueEnd(state: ValueState, chunk: Buffer, from: number): number | null {
  if (state.kind === 'unbegun') state.kind = isDelimited(chunk[from]) ? 'delimited' : 'word'
  return state.kind === 'word' ? endOfWord(chunk, from) : endOfDelimited(state, chunk, from)
}

/** What is wrong with the nesting of a value. */
export function nestingFault({ reached }: ValueState): string | null {
  return reached > deepest ? `is nested more than ${deepest} levels deep` : null
}

/** Tells whether a text ends in the middle of its value. */
export function isCutOff(text: string): boolean {
  const bytes = Buffer.from(text.trim())
  return isDelimited(bytes[0]) && findValueEnd(newValue(), bytes, 0) === null
}

/** Tells whether a value that begins with this byte says itself where it ends: an object, an array, a string. */
export function isDelimited(byte: number | undefined): boolean {
  return byte === openBrace || byte === openBracket || byte === quote
}

const plain = 0
const opening = 1
const closing = 2
const quoting = 3
/** What a byte outside of strings does to a value. */
const effects = new Uint8Array(256)
for (const byte of [openBrace, openBracket]) effects[byte] = opening
for (const byte of [closeBrace, closeBracket]) effects[byte] = closing
effects[quote] = quoting

// This loop looks at every byte of every item, so it keeps to local numbers.
function endOfDelimited(state: ValueState, chunk: Buffer, from: number): number | null {
  const end = chunk.length
  let { depth, inString, reached } = state
  let index = state.escaped ? from + 1 : from
  let isOver = false
  while (index < end && !isOver) {
    if (inString) {
      let byte = chunk[index++]
      while (byte !== quote && byte !== backslash && index < end) byte = chunk[index++]
      if (byte === backslash) index++
      inString = byte !== quote
      isOver = !inString && depth === 0
    } else {
      let effect = effects[chunk[index++] ?? 0]
      while (effect === plain && index < end) effect = effects[chunk[index++] ?? 0]
      if (effect === quoting) inString = true
      else if (effect === opening && ++depth > reached) reached = depth
      else if (effect === closing) isOver = --depth === 0
    }
  }
  Object.assign(state, { depth, inString, reached, escaped: index > end })
  return isOver ? index : null
}

function endOfWord(chunk: Buffer, from: number): number | null {
  for (let index = from; index < chunk.length; index++) {
    const byte = chunk[index]
    if (byte === comma || byte === closeBracket || isSpace(byte)) return index
  }
  return null
}
