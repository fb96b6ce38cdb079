/**
 * Asks a source for its next item while the reader is still at work on the one before, wherever that item lets it: so that
 * reading and recording do not wait for each other, and no more than one item is ever ahead.
 */
export async function* readAhead<T>(source: AsyncIterable<T>, mayReadOn: (item: T) => boolean): AsyncGenerator<T> {
  const iterator = source[Symbol.asyncIterator]()
  try {
    for (let upcoming = ask(iterator); ; ) {
      const { done, value } = await upcoming
      if (done) return
      const isAhead = mayReadOn(value)
      if (isAhead) upcoming = ask(iterator)
      yield value
      if (!isAhead) upcoming = ask(iterator)
    }
  } finally {
    // Not awaited: the source may still wait for what it was asked for last.
    iterator.return?.().catch(() => {})
  }
}

/** A failure is thrown where it is awaited, not as an unhandled rejection before. */
function ask<T>(iterator: AsyncIterator<T>): Promise<IteratorResult<T>> {
  const asked = iterator.next()
  asked.catch(() => {})
  return asked
}
