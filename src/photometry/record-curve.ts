import { type Database, inTransaction } from '../database.ts'
import { addToRun } from '../runs/progress-store.ts'
import { findSeen, lockRun, type Recorded, type RunProgress, storeRejections } from '../runs/recording-store.ts'
import { type RunBatch, RunFailedError } from '../runs/run-kind.ts'
import type { LightCurve } from './light-curve.ts'
import type { RejectedPoint } from './read-point.ts'
import { holdTarget, type Stored, storePoints, type Telling } from './recording-store.ts'

type Client = Parameters<typeof holdTarget>[0]

const atOnce = 1000

/** Records the light curve of a run in one transaction: an attempt that dies leaves nothing, or all of it. */
export function recordCurve(database: Database, batch: RunBatch<LightCurve>, targetId: string): Promise<Recorded> {
  const { run, feedback } = batch
  return inTransaction(database.pool, async client => {
    const progress = await lockRun(client, run)
    if (progress === null) return { fenced: true }
    const curve = batch.items[0] ?? { points: [], rejections: [], repeated: 0, isCut: false }
    if (!(await holdTarget(client, targetId))) throw targetGone()
    const stored = await storeAll(client, { ...run, targetId }, curve)
    const rejected = await rejectAll(client, run, { curve, progress })
    const outcomes = { ...outcomesOf({ curve, progress, stored, rejected }), rejected, repeated: curve.repeated }
    const truncatedBy = curve.isCut ? ('alerts' as const) : null
    const lastPosition = progress.lastPosition + BigInt(rejected)
    await addToRun(client, run, { ...outcomes, bytes: 0, lastPosition, truncatedBy, checkpoint: null, feedback })
    return { fenced: false, truncatedBy, room: null, outcomes }
  })
}

function targetGone(): RunFailedError {
  return new RunFailedError({
    kind: 'target-gone',
    detail: 'The target was deleted, or merged into another.',
    retryable: false,
    upstreamStatus: null
  })
}

async function storeAll(client: Client, telling: Telling, { points }: LightCurve): Promise<Stored> {
  // In the order of their keys, so that two runs of one target cannot wait for one another.
  const ordered = points.toSorted((a, b) => a.key.compare(b.key))
  const total = { new: 0, changed: 0 }
  for (let from = 0; from < ordered.length; from += atOnce) {
    const stored = await storePoints(client, telling, ordered.slice(from, from + atOnce))
    total.new += stored.new
    total.changed += stored.changed
  }
  return total
}

interface Situation {
  readonly curve: LightCurve
  readonly progress: RunProgress
}

/** Stores the rejections that an earlier attempt has not stored; answers how many. */
async function rejectAll(client: Client, run: RunBatch<LightCurve>['run'], { curve, progress }: Situation): Promise<number> {
  let position = progress.lastPosition
  for (let from = 0; from < curve.rejections.length; from += atOnce) {
    const some = curve.rejections.slice(from, from + atOnce)
    const seen = await findSeen(
      client,
      run.runId,
      some.map(({ itemHash }) => itemHash)
    )
    const fresh = some.filter(({ itemHash }) => !seen.has(itemHash.toString('hex')))
    await storeRejections(
      client,
      run,
      fresh.map((item: RejectedPoint) => ({ item, position: ++position }))
    )
  }
  return Number(position - progress.lastPosition)
}

/** What is neither fresh nor counted by an earlier attempt of the run is a duplicate. */
function outcomesOf({ curve, progress, stored, rejected }: Situation & { readonly stored: Stored; readonly rejected: number }) {
  const distinct = curve.points.length + curve.rejections.length
  return { ...stored, duplicate: Math.max(0, distinct - progress.received - stored.new - stored.changed - rejected) }
}
