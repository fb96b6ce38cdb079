import type { RunItem } from './normalise-alert.ts'
import type { TruncatedBy } from './progress-store.ts'
import type { RunProgress } from './recording-store.ts'

/** What a batch comes to before the store of alerts is asked. */
export interface Choice {
  /** Items that the run does not have yet, in their order, as many as its caps leave room for. */
  readonly fresh: readonly RunItem[]
  /** Items that an earlier attempt recorded and this one met again: a restart, not a repetition. */
  readonly replayed: readonly RunItem[]
  /** How often items came again within this attempt [count]. */
  readonly repeated: number
  /** Raw text of the fresh items [byte]. */
  readonly bytes: number
  /** The cap that left no room for a further distinct item. */
  readonly truncatedBy: Exclude<TruncatedBy, 'seconds'> | null
}

interface Situation {
  readonly items: readonly RunItem[]
  /** Which attempt saw an item last, by item hash (hex). */
  readonly seen: ReadonlyMap<string, number>
  readonly attempt: number
  readonly progress: RunProgress
}

/** Decides which items of a batch are recorded. */
export function chooseItems({ items, seen, attempt, progress }: Situation): Choice {
  const lastSeen = new Map(seen)
  const fresh: RunItem[] = []
  const replayed: RunItem[] = []
  let repeated = 0
  let bytes = 0
  for (const item of items) {
    const hash = item.itemHash.toString('hex')
    const seenBy = lastSeen.get(hash)
    if (seenBy === attempt) {
      repeated++
      continue
    }
    if (seenBy === undefined) {
      const size = Buffer.byteLength(item.raw)
      const truncatedBy = capReached(progress, progress.received + fresh.length, progress.bytes + bytes + size)
      if (truncatedBy) return { fresh, replayed, repeated, bytes, truncatedBy }
      fresh.push(item)
      bytes += size
    } else {
      replayed.push(item)
    }
    lastSeen.set(hash, attempt)
  }
  return { fresh, replayed, repeated, bytes, truncatedBy: null }
}

function capReached({ capAlerts, capBytes }: RunProgress, received: number, bytes: number): Choice['truncatedBy'] {
  if (capAlerts !== null && received >= capAlerts) return 'alerts'
  if (capBytes !== null && bytes > capBytes) return 'bytes'
  return null
}
