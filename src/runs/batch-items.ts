import { setImmediate as turn } from 'node:timers/promises'

/** When a batch is full: after so many items, so much text, or so long after it was begun. */
export interface BatchLimits {
  /** [count] */
  readonly items: number
  /** [character] */
  readonly characters: number
  /** [ms] */
  readonly milliseconds: number
}

/** After so long in which items came without a wait, everything else of the process has its turn [ms]. */
const turnMilliseconds = 1

/** What a source yielded since the batch before; a quiet source gives empty ones. */
export interface Batch<T> {
  readonly items: T[]
  /** Whether the source has ended; then this is the last batch. */
  readonly ended: boolean
}

interface Source<T> {
  readonly source: AsyncIterable<T>
  /** Asked before each batch. */
  readonly limits: () => BatchLimits
  readonly sizeOf: (item: T) => number
  /** Once it fires, its reason is thrown, even when the source does not listen. */
  readonly signal: AbortSignal
}

/**
 * Gathers what a source yields into batches. At most one item is asked for ahead of the reader, so a slow reader slows
 * the source down; a batch whose time is up is handed over while the next item is still awaited. What came before a
 * failure, or before the signal, is handed over before it is thrown. A source that never waits, because it has a long
 * answer in memory, holds up nobody: the answers of the database are heard in between.
 */
export async function* batchItems<T>({ source, limits, sizeOf, signal }: Source<T>): AsyncGenerator<Batch<T>> {
  const iterator = source[Symbol.asyncIterator]()
  const bell = createBell()
  const slot = createSlot(iterator, bell.ring)
  signal.addEventListener('abort', bell.ring)
  const fill = async (items: T[], { items: most, characters, milliseconds }: BatchLimits): Promise<boolean> => {
    const timer = createTimer(milliseconds, bell.ring)
    let turnedAt = performance.now()
    try {
      for (let size = 0; items.length < most && size < characters; ) {
        slot.request()
        while (!slot.isFull() && !timer.isUp() && !signal.aborted) await bell.wait()
        signal.throwIfAborted()
        if (!slot.isFull()) return false
        const { done, value } = slot.take()
        if (done) return true
        items.push(value)
        size += sizeOf(value)
        if (performance.now() - turnedAt < turnMilliseconds) continue
        await turn()
        turnedAt = performance.now()
      }
      return false
    } finally {
      timer.clear()
    }
  }
  try {
    for (let ended = false; !ended; ) {
      const items: T[] = []
      try {
        ended = await fill(items, limits())
      } catch (error) {
        if (items.length > 0) yield { items, ended: false }
        throw error
      }
      yield { items, ended }
    }
  } finally {
    signal.removeEventListener('abort', bell.ring)
    // Not awaited: a source that waits for something else than the signal would hold up the reader.
    iterator.return?.().catch(() => {})
  }
}

/** Holds the one item that was asked for ahead, or the error that came instead. */
function createSlot<T>(iterator: AsyncIterator<T>, ring: () => void) {
  let asked = false
  let arrived: (() => IteratorResult<T>) | undefined
  const fill = (content: () => IteratorResult<T>) => {
    arrived = content
    ring()
  }
  const fail = (error: unknown) => {
    fill(() => {
      throw error
    })
  }
  return {
    request: () => {
      if (asked) return
      asked = true
      iterator.next().then(result => fill(() => result), fail)
    },
    isFull: () => arrived !== undefined,
    take: () => {
      const content = arrived
      arrived = undefined
      asked = false
      if (content === undefined) throw new Error('Nothing has arrived yet.')
      return content()
    }
  }
}

// One waiter, woken by whoever rings. (Promise.race against a long-lived promise would keep every item alive.)
function createBell() {
  let waiter: (() => void) | undefined
  return {
    ring: () => waiter?.(),
    wait: () =>
      new Promise<void>(resolve => {
        waiter = resolve
      })
  }
}

function createTimer(milliseconds: number, ring: () => void) {
  let up = false
  const timer = setTimeout(() => {
    up = true
    ring()
  }, milliseconds)
  return { isUp: () => up, clear: () => clearTimeout(timer) }
}
