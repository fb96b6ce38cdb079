import type { Pass } from '../broker-kit/gate.ts'
import type { Enter, Passage } from './gate.ts'
import { createLine } from './waiting.ts'
import { type Hindrance, type NamedBroker, tooLongError } from './words.ts'

/** Has requests enter in the order in which they came: only the first looks, and tells the others what it waits for. */
export function inOrder(enter: Enter, broker: NamedBroker): Enter {
  const line = createLine()
  const waiting = new Set<Passage>()
  let front: Hindrance | null = null
  const onHindrance = (hindrance: Hindrance) => {
    front = hindrance
    for (const passage of waiting) passage.onHindrance(hindrance)
  }

  return async passage => {
    const { signal, longestWait, isCheck } = passage
    const deadline = performance.now() + longestWait
    const patience = Number.isFinite(longestWait) ? AbortSignal.timeout(longestWait) : null
    waiting.add(passage)
    if (front !== null) passage.onHindrance(front)
    const work = (): Promise<Pass> =>
      enter({ signal, isCheck, longestWait: deadline - performance.now(), onHindrance }).finally(() => {
        front = null
      })
    try {
      return await line.inTurn(patience ? AbortSignal.any([signal, patience]) : signal, work)
    } catch (error) {
      const isLate = patience?.aborted && error === patience.reason
      throw isLate ? tooLongError(front ?? { kind: 'concurrency', until: null }, broker) : error
    } finally {
      waiting.delete(passage)
    }
  }
}
