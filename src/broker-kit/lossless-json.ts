import { backslash, colon, quote } from './json-bytes.ts'

const longInteger = 16

const minus = 0x2d
const point = 0x2e
const zero = 0x30
const nine = 0x39
const capitalI = 0x49
const capitalN = 0x4e

/**
 * Parses JSON as JSON.parse does, but without loss and with what Python writes: integers of 16 and more digits become
 * strings of their digits, bare NaN, Infinity and -Infinity become null. Throws a SyntaxError.
 */
export function parseLossless(text: string): unknown {
  return JSON.parse(mayLose(text) ? withoutLoss({ text, isLong: () => true, hasWords: true }) : text)
}

/**
 * Puts the integers of a JSON text that no double holds into quotes, so that whatever parses it then keeps their digits;
 * what is no JSON stays none.
 */
export function quoteLongIntegers(text: string): string {
  const isLong = (digits: string) => String(Number(digits)) !== digits
  return hasLongInteger(text) ? withoutLoss({ text, isLong, hasWords: false }) : text
}

/** Tells quickly whether a text holds what needs a closer look; most texts do not. */
function mayLose(text: string): boolean {
  return text.includes('NaN') || text.includes('Infinity') || hasLongInteger(text)
}

// Every run of 16 digits covers an index that leaves 15 when divided by 16: the others need not be looked at.
function hasLongInteger(text: string): boolean {
  for (let at = longInteger - 1; at < text.length; at += longInteger) {
    if (!isDigit(text.charCodeAt(at))) continue
    let first = at
    let last = at
    while (isDigit(text.charCodeAt(first - 1))) first--
    while (isDigit(text.charCodeAt(last + 1))) last++
    if (last - first >= longInteger - 1 && text.charCodeAt(first - 1) !== point) return true
  }
  return false
}

interface Loss {
  readonly text: string
  /** Which integers of 16 and more digits are quoted. */
  readonly isLong: (digits: string) => boolean
  /** Whether NaN and Infinity become null. */
  readonly hasWords: boolean
}

interface Rewriting extends Loss {
  readonly pieces: string[]
  /** Everything before this index is in the pieces already. */
  written: number
}

/** Quotes the long integers outside of strings, and puts null where JSON has no number. */
function withoutLoss(loss: Loss): string {
  const { text, hasWords } = loss
  const rewriting: Rewriting = { ...loss, pieces: [], written: 0 }
  let at = 0
  while (at < text.length) {
    const code = text.charCodeAt(at)
    if (code === quote) at = endOfString(text, at)
    else if (code === minus || isDigit(code)) at = readNumber(rewriting, at)
    else if (hasWords && code === capitalN && text.startsWith('NaN', at)) at = replace(rewriting, { from: at, to: at + 3, by: 'null' })
    else if (hasWords && code === capitalI && text.startsWith('Infinity', at)) at = replace(rewriting, { from: at, to: at + 8, by: 'null' })
    else at++
  }
  return rewriting.pieces.join('') + text.slice(rewriting.written)
}

function replace(rewriting: Rewriting, { from, to, by }: { from: number; to: number; by: string }): number {
  rewriting.pieces.push(rewriting.text.slice(rewriting.written, from), by)
  rewriting.written = to
  return to
}

/** Reads a number, however malformed, and quotes it when it is a long integer; answers the index behind it. */
function readNumber(rewriting: Rewriting, from: number): number {
  const { text, hasWords, isLong } = rewriting
  const isNegative = text.charCodeAt(from) === minus
  if (hasWords && isNegative && text.startsWith('Infinity', from + 1)) return replace(rewriting, { from, to: from + 9, by: 'null' })
  const first = isNegative ? from + 1 : from
  let end = first
  while (isDigit(text.charCodeAt(end))) end++
  const isInteger = !isNumberPart(text.charCodeAt(end))
  while (isNumberPart(text.charCodeAt(end))) end++
  const mayBeLong = isInteger && end - first >= longInteger && text.charCodeAt(first) !== zero && !isKey(text, end)
  const digits = mayBeLong ? text.slice(from, end) : ''
  return mayBeLong && isLong(digits) ? replace(rewriting, { from, to: end, by: `"${digits}"` }) : Math.max(end, from + 1)
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

// A number cannot be a key: quoting it would let wrong JSON pass.
function isKey(text: string, from: number): boolean {
  for (let at = from; ; at++) {
    const code = text.charCodeAt(at)
    if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) return code === colon
  }
}
