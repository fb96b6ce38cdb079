import { createHash } from 'node:crypto'
import type pg from 'pg'
import { type Database, openDatabase } from '../../src/database.ts'
import type { AlertItem } from '../../src/runs/normalise-alert.ts'
import { type ClaimedRun, claimRun } from '../../src/runs/queue-store.ts'
import { recordRun } from '../../src/runs/record-run.ts'
import { placeOf } from './sky-rows.ts'

const log = { info: () => {}, warn: () => {}, error: () => {} }
const sky = 1e8

/** A worker without a broker: it records what a benchmark hands it, the way a worker does, in the process of the benchmark. */
export interface Recorder {
  readonly database: Database
  /** Takes up the run that waits for a broker. */
  claim(brokerId: string): Promise<ClaimedRun>
  /** Records a batch; answers when it is committed. */
  record(run: ClaimedRun, items: readonly AlertItem[]): Promise<void>
}

/** Opens a recorder on the database of a service. */
export async function openRecorder({ options }: pg.Pool): Promise<Recorder> {
  const database = await openDatabase({ url: options.connectionString ?? '', log })
  const claim = async (brokerId: string) => {
    const run = await claimRun(database, { brokerIds: [brokerId], kinds: ['alerts'] })
    if (run === null) throw new Error(`No run waits for ${brokerId}.`)
    return run
  }
  const record = async (run: ClaimedRun, items: readonly AlertItem[]) => {
    const recorded = await recordRun(database, { fence: run, brokerId: run.brokerId, items, checkpoint: null, feedback: [] })
    if (recorded.fenced) throw new Error('The run was taken away.')
  }
  return { database, claim, record }
}

/** Alerts with these numbers, each of an object of its own, with about 300 bytes of raw text. */
export function itemsOf(from: number, to: number): AlertItem[] {
  return Array.from({ length: to - from }, (_, index) => {
    const number = from + index
    const id = String(number)
    const { ra, dec } = placeOf(number % sky, sky)
    const raw = JSON.stringify({ id, ra, dec, filler: 'x'.repeat(230) })
    const contentHash = createHash('sha256').update(raw).digest()
    const generic = { id, name: `LSST-${id}`, objectId: `object-${id}`, timestamp: null, ra, dec, mag: 20, score: 0.9, url: null }
    return { generic, contentHash, itemHash: createHash('sha256').update(`${id} ${raw}`).digest(), raw, rawType: 'application/json' }
  })
}
