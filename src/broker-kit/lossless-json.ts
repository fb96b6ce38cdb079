import { backslash, colon } from './json-bytes.ts'

const longInteger = 16

const minus = 0x2d
const point = 0x2e
const zero = 0x30
const nine = 0x39

/**
 * Parses JSON as JSON.parse does, but without loss and with what Python writes: integers of 16 and more digits become
 * strings of their digits, bare NaN, Infinity and -Infinity become null. Throws a SyntaxError.
 */
export function parseLossless(text: string): unknown {
  return JSON.parse(withoutLoss({ text, isLong: () => true, hasWords: true }))
}

/**
 * Puts the integers of a JSON text that no double holds into quotes, so that whatever parses it then keeps their digits;
 * what is no JSON stays none.
 */
export function quoteLongIntegers(text: string): string {
  return withoutLoss({ text, isLong: digits => String(Number(digits)) !== digits, hasWords: false })
}

interface Loss {
  readonly text: string
  /** Which integers of 16 and more digits are quoted. */
  readonly isLong: (digits: string) => boolean
  /** Whether NaN and Infinity become null. */
  readonly hasWords: boolean
}

/** What may have to be replaced. */
interface Suspect {
  readonly from: number
  readonly to: number
  readonly isWord: boolean
}

/** Quotes the long integers outside of strings, and puts null where JSON has no number; looks closely only at what may be one. */
function withoutLoss({ text, isLong, hasWords }: Loss): string {
  const strings = createStrings(text)
  const next = createSearch(text, hasWords)
  let rewritten = ''
  let written = 0
  for (let suspect = next(0); suspect !== null; ) {
    const { from, to, isWord } = suspect
    const end = strings.endAround(from)
    if (end === null && (isWord || (isLongInteger(text, from, to) && isLong(text.slice(from, to))))) {
      rewritten += `${text.slice(written, from)}${isWord ? 'null' : `"${text.slice(from, to)}"`}`
      written = to
    }
    suspect = next(end ?? to)
  }
  return written === 0 ? text : rewritten + text.slice(written)
}

/** Tells where strings are, to those who ask about one place after the other. */
function createStrings(text: string) {
  let [start, end] = [text.indexOf('"'), 0]
  return {
    /** Index behind the string that a place is in; null outside of strings. */
    endAround(place: number): number | null {
      while (start !== -1 && start < place) {
        end = endOfString(text, start)
        if (end > place) return end
        start = text.indexOf('"', end)
      }
      return null
    }
  }
}

/** Finds the next suspect from a place on, however it is nested. */
function createSearch(text: string, hasWords: boolean): (from: number) => Suspect | null {
  const finders = [findLongNumber, ...(hasWords ? [findWord('NaN'), findWord('Infinity')] : [])]
  const found: (Suspect | null | undefined)[] = finders.map(() => undefined)
  return from => {
    let first: Suspect | null = null
    for (const [index, find] of finders.entries()) {
      let suspect = found[index]
      if (suspect === undefined || (suspect !== null && suspect.from < from)) found[index] = suspect = find(text, from)
      if (suspect !== null && (first === null || suspect.from < first.from)) first = suspect
    }
    return first
  }
}

function findWord(word: string) {
  return (text: string, from: number): Suspect | null => {
    const at = text.indexOf(word, from)
    if (at === -1) return null
    const isNegative = word === 'Infinity' && at > from && text.charCodeAt(at - 1) === minus && !isNumberPart(text.charCodeAt(at - 2))
    return { from: isNegative ? at - 1 : at, to: at + word.length, isWord: true }
  }
}

/** Finds the next number that has 16 digits in a row, not in its fraction, with all that may belong to it. */
function findLongNumber(text: string, start: number): Suspect | null {
  // Every run of 16 digits covers an index that leaves 15 when divided by 16: the others need not be looked at.
  for (let at = start + longInteger - 1; at < text.length; at += longInteger) {
    if (!isDigit(text.charCodeAt(at))) continue
    let from = at
    while (from > start && isDigit(text.charCodeAt(from - 1))) from--
    while (isDigit(text.charCodeAt(at + 1))) at++
    if (at + 1 - from < longInteger || text.charCodeAt(from - 1) === point) continue
    while (from > start && isNumberPart(text.charCodeAt(from - 1))) from--
    while (!isDigit(text.charCodeAt(from)) && text.charCodeAt(from) !== minus) from++
    let to = at + 1
    while (isNumberPart(text.charCodeAt(to))) to++
    return { from, to, isWord: false }
  }
  return null
}

/** Tells whether a number, however malformed, is an integer of 16 and more digits; a key is none: quoting it would let wrong JSON pass. */
function isLongInteger(text: string, from: number, to: number): boolean {
  const first = text.charCodeAt(from) === minus ? from + 1 : from
  if (to - first < longInteger || text.charCodeAt(first) === zero || isKey(text, to)) return false
  for (let at = first; at < to; at++) if (!isDigit(text.charCodeAt(at))) return false
  return true
}

function isDigit(code: number): boolean {
  return code >= zero && code <= nine
}

function isNumberPart(code: number): boolean {
  return isDigit(code) || code === point || code === 0x65 || code === 0x45 || code === 0x2b || code === minus
}

function endOfString(text: string, start: number): number {
  for (let end = text.indexOf('"', start + 1); end !== -1; end = text.indexOf('"', end + 1)) {
    let escapes = 0
    while (text.charCodeAt(end - 1 - escapes) === backslash) escapes++
    if (escapes % 2 === 0) return end + 1
  }
  return text.length
}

function isKey(text: string, from: number): boolean {
  for (let at = from; ; at++) {
    const code = text.charCodeAt(at)
    if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) return code === colon
  }
}
