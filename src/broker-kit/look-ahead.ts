/** What to do with each item, and for how many at once. */
export interface LookAhead<T, R> {
  readonly atOnce: number
  work(item: T): Promise<R>
}

/**
 * Yields what the work makes of each item, in the order of the items, while the work on the next ones is under way. It
 * begins with one item and does more at once as more is read, so that a reader who stops early has not paid for all. A
 * failure is thrown when its turn comes.
 */
export async function* lookAhead<T, R>(items: Iterable<T>, { atOnce, work }: LookAhead<T, R>): AsyncGenerator<R> {
  const iterator = items[Symbol.iterator]()
  const underWay: Promise<R>[] = []
  for (let most = 1; ; most = Math.min(atOnce, most * 2)) {
    while (underWay.length < most) {
      const next = iterator.next()
      if (next.done) break
      const result = work(next.value)
      // One that fails before its turn, or after the reader has left, is not a failure that nobody handles.
      result.catch(() => {})
      underWay.push(result)
    }
    const first = underWay.shift()
    if (first === undefined) return
    yield await first
  }
}
