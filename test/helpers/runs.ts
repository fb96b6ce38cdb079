import { createHash } from 'node:crypto'
import { v7 as uuidv7 } from 'uuid'
import type { Database } from '../../src/database.ts'
import type { GenericAlert } from '../../src/domain/alert.ts'
import type { AlertItem, RejectionItem } from '../../src/runs/normalise-alert.ts'
import { type ClaimedRun, claimRun } from '../../src/runs/queue-store.ts'
import { createRun, findRun, type RunToCreate } from '../../src/runs/store.ts'

const noCaps: RunToCreate['caps'] = { alerts: null, bytes: null, seconds: null }

/** Queues a run and claims it. */
export async function claimNewRun(database: Database, { brokerId = `broker-${uuidv7()}`, caps = noCaps } = {}): Promise<ClaimedRun> {
  const run = { queryId: null, queryName: null, brokerId, parameters: {}, caps, createdBy: 'local' }
  await createRun(database.pool, run)
  return claimAgain(database, brokerId)
}

/** Claims the run of a broker that has one waiting. */
export async function claimAgain(database: Database, brokerId: string): Promise<ClaimedRun> {
  const claimed = await claimRun(database, { brokerIds: [brokerId], kinds: ['alerts'] })
  if (claimed === null) throw new Error('There was no run to claim.')
  return claimed
}

/** Counts of a run as its row has them. */
export async function countsOf(database: Database, runId: string) {
  const row = await findRun(database.pool, runId)
  if (row === null) throw new Error('There is no such run.')
  const { newCount, changedCount, duplicateCount, rejectedCount, repeatedCount } = row
  return { new: newCount, changed: changedCount, duplicate: duplicateCount, rejected: rejectedCount, repeated: repeatedCount }
}

/** An alert whose content is `content`. */
export function alertItem(id: string, content = 'first', more: Partial<GenericAlert> = {}): AlertItem {
  const raw = JSON.stringify({ id, content })
  const generic = { id, name: id, timestamp: null, ra: 0, dec: 0, mag: null, score: null, url: null, ...more }
  return { generic, contentHash: hash(raw), itemHash: hash(`${id} ${raw}`), raw, rawType: 'application/json' }
}

/** Something that could not be read. */
export function rejectionItem(raw: string): RejectionItem {
  return { reason: 'It is not JSON.', itemHash: hash(raw), raw, rawType: 'application/json' }
}

function hash(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}
