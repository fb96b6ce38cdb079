import { type Format, isJson, isTable } from './tokens.ts'

/** Changes a part of an answer. */
export type Edit = (part: string, format: Format) => string

interface Part {
  readonly text: string
  readonly isItem: boolean
}

/** Changes only the items of an answer, or only what stands around them; an answer that is neither JSON nor a table stays. */
export function editParts(text: string, items: readonly string[], { inside, edit }: { inside: boolean; edit: Edit }): string {
  if (!isJson(text) && !isTable(text)) return text
  const format = isJson(text) ? 'json' : inside ? 'row' : 'header'
  return cut(text, items)
    .map(part => (part.isItem === inside ? edit(part.text, format) : part.text))
    .join('')
}

/** An answer cut into its items and what stands around them. */
function cut(text: string, items: readonly string[]): Part[] {
  const parts: Part[] = []
  let from = 0
  for (const item of items) {
    const at = text.indexOf(item, from)
    if (at === -1) continue
    parts.push({ text: text.slice(from, at), isItem: false }, { text: item, isItem: true })
    from = at + item.length
  }
  return [...parts, { text: text.slice(from), isItem: false }]
}

/** Where the items of an answer stand in it, the first to the last; null when there are none. */
export function regionOf(text: string, items: readonly string[]): { from: number; to: number } | null {
  const found = cut(text, items).filter(({ isItem }) => isItem)
  const [first, last] = [found[0], found.at(-1)]
  if (!first || !last) return null
  return { from: text.indexOf(first.text), to: text.lastIndexOf(last.text) + last.text.length }
}
