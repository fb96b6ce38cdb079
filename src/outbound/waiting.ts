/** Wakes all who wait. */
export interface Bell {
  ring(): void
  /** Waits for the bell, at most so long [ms]; rejects with the reason of the signal. */
  wait(milliseconds: number, signal: AbortSignal): Promise<void>
}

/** Makes a bell. */
export function createBell(): Bell {
  const waiters = new Set<() => void>()
  return {
    ring() {
      for (const wake of waiters) wake()
    },
    wait: (milliseconds, signal) =>
      new Promise((resolve, reject) => {
        const end = (settle: () => void) => {
          clearTimeout(timer)
          waiters.delete(wake)
          signal.removeEventListener('abort', cancel)
          settle()
        }
        const wake = () => end(resolve)
        const cancel = () => end(() => reject(signal.reason))
        const timer = setTimeout(wake, milliseconds)
        waiters.add(wake)
        signal.addEventListener('abort', cancel, { once: true })
        if (signal.aborted) cancel()
      })
  }
}

/** Lets one in after the other, in the order in which they came. */
export interface Line {
  /** Does the work when it is its turn; who cancels leaves the line at once. */
  inTurn<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T>
}

/** Makes a line with nobody in it. */
export function createLine(): Line {
  let last: Promise<unknown> = Promise.resolve()
  return {
    inTurn(signal, work) {
      const before = last
      const turn = Promise.withResolvers<void>()
      const cancel = () => turn.reject(signal.reason)
      signal.addEventListener('abort', cancel, { once: true })
      if (signal.aborted) cancel()
      void before.then(() => turn.resolve())
      const done = turn.promise.finally(() => signal.removeEventListener('abort', cancel)).then(work)
      // Whoever comes next waits for all who came before, also for those before one that left.
      last = Promise.allSettled([before, done]).then(() => {})
      return done
    }
  }
}

/** Waits for a piece of work, but not once the signal has fired; what comes too late is handed to `waste`. */
export function unlessAborted<T>(work: Promise<T>, signal: AbortSignal, waste: (late: T) => void): Promise<T> {
  return new Promise((resolve, reject) => {
    const cancel = () => reject(signal.reason)
    signal.addEventListener('abort', cancel, { once: true })
    if (signal.aborted) cancel()
    const settle = (end: () => void) => {
      signal.removeEventListener('abort', cancel)
      end()
    }
    work.then(
      value => settle(() => (signal.aborted ? waste(value) : resolve(value))),
      error => settle(() => reject(error))
    )
  })
}
