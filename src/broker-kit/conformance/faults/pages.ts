import type { Outcome } from '../play.ts'
import type { Asked } from '../stand-in.ts'
import { anyKind, type ContentFaults, itemsOf } from './content-fault.ts'
import { regionOf } from './parts.ts'

/** Pages that never come to an end. */
export const endlessPages: ContentFaults = {
  'a page that is repeated': {
    kinds: anyKind,
    mayEnd: 'told',
    variations: healthy =>
      hasPages(healthy) ? [{ title: 'every page is the first', options: { answer: ({ earlier }: Asked) => earlier[0] ?? null } }] : []
  },
  'pages that lead back to each other': {
    kinds: anyKind,
    mayEnd: 'told',
    variations: healthy => {
      const [first, second] = healthy.sent
      if (!hasPages(healthy) || first === undefined || second === undefined) return []
      const other = withItemsOf(first, second, itemsOf(healthy))
      if (other === null) return []
      // Two pages in turn, each of which promises that the other follows.
      const answer = ({ earlier }: Asked) => (earlier[0] ? { ...earlier[0], text: earlier.length % 2 === 0 ? first : other } : null)
      return [{ title: 'two pages in turn', options: { answer } }]
    }
  }
}

/** Whether requests of one path were answered more than once, with alerts in the first answer. */
function hasPages({ requests, values }: Outcome): boolean {
  const paths = requests.map(request => request.split(/[? ]/, 2).join(' '))
  return values.length > 1 && paths[0] !== undefined && paths.filter(path => path === paths[0]).length > 1
}

/** The first page with the items of the second; null when either has none. */
function withItemsOf(first: string, second: string, items: readonly string[]): string | null {
  const [place, content] = [regionOf(first, items), regionOf(second, items)]
  if (place === null || content === null) return null
  return first.slice(0, place.from) + second.slice(content.from, content.to) + first.slice(place.to)
}
