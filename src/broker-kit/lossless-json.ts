const longOrOdd = /\d{16}|NaN|Infinity/
const numberToken = /-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/y
const longInteger = /^-?[1-9]\d{15,}$/

const quote = 0x22
const backslash = 0x5c
const minus = 0x2d
const zero = 0x30
const nine = 0x39
const capitalI = 0x49
const capitalN = 0x4e

/**
 * Parses JSON as JSON.parse does, but without loss and with what Python writes: integers of 16 and more digits become
 * strings of their digits, bare NaN, Infinity and -Infinity become null. Throws a SyntaxError.
 */
export function parseLossless(text: string): unknown {
  return JSON.parse(longOrOdd.test(text) ? withoutLoss(text) : text)
}

/** Quotes the long integers outside of strings, and puts null where JSON has no number. */
function withoutLoss(text: string): string {
  const pieces: string[] = []
  let kept = 0
  let at = 0
  while (at < text.length) {
    const code = text.charCodeAt(at)
    if (code === quote) {
      at = endOfString(text, at)
      continue
    }
    if (code !== minus && code !== capitalN && code !== capitalI && !(code >= zero && code <= nine)) {
      at++
      continue
    }
    const token = tokenAt(text, at)
    const replacement = replacementOf(token)
    if (replacement !== null && !isKey(text, at + token.length)) {
      pieces.push(text.slice(kept, at), replacement)
      kept = at + token.length
    }
    at += token.length
  }
  pieces.push(text.slice(kept))
  return pieces.join('')
}

function endOfString(text: string, start: number): number {
  for (let from = start + 1; ; ) {
    const end = text.indexOf('"', from)
    if (end === -1) return text.length
    let escapes = 0
    while (text.charCodeAt(end - 1 - escapes) === backslash) escapes++
    if (escapes % 2 === 0) return end + 1
    from = end + 1
  }
}

function tokenAt(text: string, at: number): string {
  for (const word of ['NaN', 'Infinity', '-Infinity']) {
    if (text.startsWith(word, at)) return word
  }
  numberToken.lastIndex = at
  return numberToken.exec(text)?.[0] ?? text.charAt(at)
}

function replacementOf(token: string): string | null {
  if (token === 'NaN' || token.endsWith('Infinity')) return 'null'
  return longInteger.test(token) ? `"${token}"` : null
}

// A number cannot be a key: quoting it would let wrong JSON pass.
function isKey(text: string, from: number): boolean {
  for (let at = from; ; at++) {
    const code = text.charCodeAt(at)
    if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) return code === 0x3a
  }
}
