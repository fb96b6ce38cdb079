/** Work that goes on by itself until it is stopped. */
export interface Background {
  /** Begins nothing more, and answers when what was begun is done. */
  stop(): Promise<void>
}

interface Loop {
  /** Does a piece of work; tells whether there may be more of it right now. */
  readonly work: () => Promise<boolean>
  /** After so long without work it looks again [ms]. */
  readonly pollMilliseconds: number
  /** Subscribes to what means that there is work, and answers how to unsubscribe. */
  readonly subscribe?: (wake: () => void) => readonly (() => void)[]
  /** Is told what kept a piece of work from being done; it is tried again. */
  readonly onError: (error: unknown) => void
}

/** Does piece after piece of some work, and waits while there is none. */
export function startLoop({ work, pollMilliseconds, subscribe = () => [], onError }: Loop): Background {
  let stopping = false
  let wake = () => {}
  const unsubscribe = subscribe(() => wake())

  const hasWorked = async () => {
    try {
      return await work()
    } catch (error) {
      onError(error)
      return false
    }
  }

  const go = async () => {
    while (!stopping) {
      const { promise, resolve } = Promise.withResolvers<void>()
      wake = resolve
      if (await hasWorked()) continue
      const timer = setTimeout(resolve, pollMilliseconds)
      if (!stopping) await promise
      clearTimeout(timer)
    }
  }
  const going = go()

  const stop = async () => {
    stopping = true
    wake()
    for (const forget of unsubscribe) forget()
    await going
  }
  return { stop }
}
