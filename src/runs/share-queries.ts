/** A query by run that readers share while it is under way. */
export interface SharedQuery<K, T> {
  /** Answers for a run and key; joins the same question of another reader. */
  ask(runId: string, key: K): Promise<T>
  /** The run has changed: a query that began before may not see it, so nobody joins it any more. */
  forget(runId: string): void
}

/** Makes a query that readers share: a thousand who ask at once cost one. */
export function shareQuery<K extends bigint | null, T>(query: (runId: string, key: K) => Promise<T>): SharedQuery<K, T> {
  const underWay = new Map<string, Map<K, Promise<T>>>()
  const ask = (runId: string, key: K): Promise<T> => {
    const ofRun = underWay.get(runId) ?? new Map<K, Promise<T>>()
    const joined = ofRun.get(key)
    if (joined !== undefined) return joined
    const answer = query(runId, key).finally(() => {
      ofRun.delete(key)
      if (ofRun.size === 0 && underWay.get(runId) === ofRun) underWay.delete(runId)
    })
    ofRun.set(key, answer)
    underWay.set(runId, ofRun)
    return answer
  }
  return { ask, forget: runId => void underWay.delete(runId) }
}
