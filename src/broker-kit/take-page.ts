import { type BrokerError, isBrokerError } from './errors.ts'

/** What came of a page. */
export interface TakenPage {
  readonly items: readonly unknown[]
  /** What kept the rest from coming: to be thrown once the items were yielded. Null when all of them came. */
  readonly failure: BrokerError | null
}

/** Takes a page, which is best asked for with `whole`; a failure does not take with it what came before. */
export async function takePage(page: AsyncIterable<unknown>): Promise<TakenPage> {
  const items: unknown[] = []
  try {
    for await (const item of page) items.push(item)
    return { items, failure: null }
  } catch (error) {
    if (!isBrokerError(error)) throw error
    return { items, failure: error }
  }
}
