/** A block of code of a document. */
export interface CodeBlock {
  readonly language: string
  /** What follows the language, which readers of the page do not see: `runnable`, `answer`, `rooms`. */
  readonly role: string
  readonly text: string
  /** Where it begins in the document, 1 for the first line. */
  readonly line: number
}

const blocks = /^```(\w*) ?(\w*)\n(.*?)^```$/gms

/** Cuts the blocks of code out of a document. */
export function blocksOf(markdown: string): CodeBlock[] {
  return [...markdown.matchAll(blocks)].map(match => {
    const [, language = '', role = '', text = ''] = match
    return { language, role, text, line: markdown.slice(0, match.index).split('\n').length }
  })
}

/** Everything that stands as code within the sentences of a document. */
export function inlineCodeOf(markdown: string): string[] {
  return [...markdown.replaceAll(blocks, '').matchAll(/`([^`\n]+)`/g)].map(([, code = '']) => code)
}

/** The links of a document to files and headings, as they are written; those to other sites are left out. */
export function linksOf(markdown: string): string[] {
  const links = [...markdown.replaceAll(blocks, '').matchAll(/\]\(([^)\s]+)\)/g)].map(([, link = '']) => link)
  return links.filter(link => !/^https?:/.test(link))
}

/** Names of the headings of a document as links call them. */
export function anchorsOf(markdown: string): string[] {
  const headings = [...markdown.replaceAll(blocks, '').matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) => heading)
  return headings.map(heading =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-')
  )
}

/** Writes a table with columns of equal width. */
export function tableOf(rows: readonly (readonly string[])[]): string {
  const [head = [], ...body] = rows
  const widths = head.map((_, column) => Math.max(...rows.map(row => row[column]?.length ?? 0)))
  const line = (cells: readonly string[], fill = ' ') =>
    `| ${widths.map((width, column) => (cells[column] ?? '').padEnd(width, fill)).join(' | ')} |`
  return [line(head), line([], '-'), ...body.map(cells => line(cells))].join('\n')
}
