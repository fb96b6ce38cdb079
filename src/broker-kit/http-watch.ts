/** Guards the waits of one attempt: none outlives its limit, and a cancelled run ends them all at once. */
export interface Watch {
  /** Fires when the attempt is over: cancelled, or out of time. */
  readonly signal: AbortSignal
  /** Waits for a piece of work; rejects with the reason of the cancellation, or with a TimeoutError. */
  wait<T>(work: Promise<T>): Promise<T>
  /** Lets go of the signal that cancels. */
  end(): void
}

/** How much waiting is left for an answer [ms]; all attempts draw from it. */
export interface TimeBudget {
  left: number
}

/** Starts to watch over one attempt. */
export function watchOver({ signal, requestTimeout, time }: { signal: AbortSignal; requestTimeout: number; time: TimeBudget }): Watch {
  const controller = new AbortController()
  let fail: ((reason: unknown) => void) | null = null
  const stop = (reason: unknown) => {
    controller.abort(reason)
    fail?.(reason)
  }
  const cancel = () => stop(signal.reason)
  signal.addEventListener('abort', cancel, { once: true })
  if (signal.aborted) cancel()

  async function wait<T>(work: Promise<T>): Promise<T> {
    // Work that nobody waits for any more may still fail: that is no news.
    work.catch(() => {})
    controller.signal.throwIfAborted()
    const started = performance.now()
    const timer = setTimeout(() => stop(timeout(requestTimeout, time)), Math.min(requestTimeout, time.left))
    try {
      return await new Promise<T>((resolve, reject) => {
        fail = reject
        work.then(resolve, reject)
      })
    } finally {
      clearTimeout(timer)
      fail = null
      time.left = Math.max(0, time.left - (performance.now() - started))
    }
  }

  return { signal: controller.signal, wait, end: () => signal.removeEventListener('abort', cancel) }
}

function timeout(requestTimeout: number, time: TimeBudget): DOMException {
  const words = time.left < requestTimeout ? 'took too long in all' : `did not send anything for ${requestTimeout / 1000} s`
  return new DOMException(words, 'TimeoutError')
}

/** Waits [ms]; rejects with the reason of the signal as soon as it fires. */
export function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const cancel = () => {
      clearTimeout(timer)
      reject(signal.reason)
    }
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', cancel)
      resolve()
    }, milliseconds)
    signal.addEventListener('abort', cancel, { once: true })
    if (signal.aborted) cancel()
  })
}
