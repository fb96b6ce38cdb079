/** One token of an answer. */
export interface Token {
  readonly text: string
  readonly kind: 'key' | 'string' | 'number' | 'word' | 'open' | 'close'
  /** What a key or text says, without quotes. */
  readonly content: string
}

/** How a part of an answer is written: in JSON, or as the header or a row of a table. */
export type Format = 'json' | 'header' | 'row'

/** Makes a part of an answer into another, token by token; what is between tokens stays. */
export type Rewrite = (token: Token) => string

const jsonTokens = /"(?:[^"\\]|\\.)*"(\s*:)?|-?(?:\d[\d.eE+-]*|Infinity)|true|false|null|NaN|[{[]|[}\]]/g
const fields = /"(?:[^"]|"")*"|[^,\n\r]+/g
const isNumber = /^\s*-?\d+(\.\d+)?([eE][+-]?\d+)?\s*$/

/** Rewrites a part of an answer, whatever else is in it; numbers keep all their digits. */
export function rewriteTokens(text: string, format: Format, rewrite: Rewrite): string {
  if (format === 'json') return text.replace(jsonTokens, (token, colon?: string) => rewrite(jsonToken(token, colon)))
  return text.replace(fields, field => {
    const content = field.replace(/^[#\s"]+|[\s"]+$/g, '')
    const kind = format === 'header' ? 'key' : isNumber.test(content) ? 'number' : 'string'
    return rewrite({ text: field, kind, content })
  })
}

function jsonToken(text: string, colon: string | undefined): Token {
  const content = text.startsWith('"') ? text.slice(1, text.lastIndexOf('"')) : text
  if (colon !== undefined) return { text, kind: 'key', content }
  if (text.startsWith('"')) return { text, kind: 'string', content }
  if (/^[{[]/.test(text)) return { text, kind: 'open', content }
  if (/^[}\]]/.test(text)) return { text, kind: 'close', content }
  return { text, kind: /^-?\d/.test(text) ? 'number' : 'word', content }
}

/** Whether an answer is JSON with something in it that can be changed. */
export function isJson(text: string): boolean {
  return /^\s*[{[]/.test(text)
}

/** Whether an answer is a table. */
export function isTable(text: string): boolean {
  return /^[^{[<\n]*,[^\n]*\n/.test(text)
}

/** The keys of a part of an answer, each once. */
export function keysIn(text: string, format: Format): string[] {
  const keys = new Set<string>()
  rewriteTokens(text, format, ({ text: token, kind, content }) => {
    if (kind === 'key' && content !== '') keys.add(content)
    return token
  })
  return [...keys]
}

/** Gives every member of a JSON text that has a simple value a second time, right behind the first. */
export function repeatMembers(text: string): string {
  return text.replace(/("(?:[^"\\]|\\.)*"\s*:\s*)("(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*|true|false|null)(?=\s*[,}])/g, '$1$2, $1$2')
}
