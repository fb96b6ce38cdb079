import { createHash } from 'node:crypto'

/** Remembers the pages of a run, in little space. */
export interface PageMemory {
  /** Takes a page; answers the number under which the same came before, else null: pages that go round in circles have no end. */
  take(text: string, number: number): number | null
}

/** Makes a memory without pages. */
export function createPageMemory(): PageMemory {
  const numbers = new Map<string, number>()
  return {
    take(text, number) {
      const hash = createHash('sha256').update(text).digest('base64')
      const earlier = numbers.get(hash)
      if (earlier === undefined) numbers.set(hash, number)
      return earlier ?? null
    }
  }
}
