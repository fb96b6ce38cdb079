import type { Registry } from '../broker-kit/registry.ts'
import type { Queryable } from '../database.ts'
import type { Complaint } from '../domain/schema.ts'
import { lockAll, lockLikenesses } from './match-store.ts'
import { readRequests, type TargetRequest } from './read-requests.ts'
import { type Settled, settle } from './settle-targets.ts'

/** For whom and by what rules targets are made. */
export interface Creation {
  readonly db: Queryable
  readonly registry: Registry
  readonly caller: string
  /** Positions closer than this are the same, where a request does not say [arcsec]. */
  readonly matchRadius: number
  /** Run in which the alerts came; null when it is not known. */
  readonly runId: string | null
}

/** What became of a request for a target, or why it is none. */
export type Outcome = Settled | { readonly kind: 'unfit'; readonly complaints: readonly Complaint[] }

/** So many at a time are read, decided and written, each time by the same few statements. */
const mostAtOnce = 1000
/** From here on, taking all locks costs less than finding out which. */
const mostLocked = 100

/** Makes targets, or finds those that exist, one after the other. Whatever is wrong with one does not touch the others. */
export async function createTargets(creation: Creation, requests: readonly TargetRequest[]): Promise<Outcome[]> {
  const locksAll = requests.length > mostLocked
  if (locksAll) await lockAll(creation.db)
  const outcomes: Outcome[] = []
  for (let start = 0; start < requests.length; start += mostAtOnce) {
    const readings = await readRequests(creation, requests.slice(start, start + mostAtOnce))
    const wanted = readings.flatMap(({ value }) => value ?? [])
    const likenesses = wanted.map(({ likeness }) => likeness)
    if (!locksAll) await lockLikenesses(creation.db, likenesses)
    const settled = new Map((await settle(creation, wanted)).map((one, index) => [wanted[index], one]))
    for (const { value, complaints } of readings) {
      outcomes.push(settled.get(value) ?? { kind: 'unfit', complaints: complaints ?? [] })
    }
  }
  return outcomes
}
