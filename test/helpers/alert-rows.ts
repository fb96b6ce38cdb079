import { createHash } from 'node:crypto'
import type { Pool } from 'pg'
import { v7 as uuidv7 } from 'uuid'
import { nameKey } from '../../src/domain/name.ts'
import { skyPixel } from '../../src/domain/sky.ts'

/** What a test says of a stored alert; the rest is made up. */
export interface AlertRowDraft {
  readonly id?: string
  readonly brokerId?: string
  readonly brokerAlertId?: string
  readonly objectId?: string | null
  readonly name?: string
  readonly timestamp?: string | null
  readonly ra?: number | null
  readonly dec?: number | null
  readonly mag?: number | null
  readonly score?: number | null
  readonly url?: string | null
  readonly classifications?: readonly object[]
  readonly raw?: string
  readonly rawType?: string
}

/** Puts alerts into the store, past everything that records them; answers their ids. */
export async function insertAlertRows(pool: Pool, drafts: readonly AlertRowDraft[]): Promise<string[]> {
  const rows = drafts.map(rowOf)
  const columns = Object.keys(rowOf({}))
  await pool.query(
    `INSERT INTO "Alert" (${columns.map(column => `"${column}"`).join(', ')})
     SELECT ${columns.map(column => `"${column}"`).join(', ')} FROM jsonb_populate_recordset(NULL::"Alert", $1::jsonb)`,
    [JSON.stringify(rows)]
  )
  return rows.map(({ id }) => id)
}

let count = 0

function rowOf(draft: AlertRowDraft) {
  count += 1
  const { ra = null, dec = null, ...rest } = draft
  const name = draft.name ?? `Alert ${count}`
  const raw = draft.raw ?? JSON.stringify({ id: `raw-${count}`, name })
  return {
    id: uuidv7(),
    brokerId: 'my-broker',
    brokerAlertId: `alert-${count}`,
    objectId: null,
    timestamp: null,
    mag: null,
    score: null,
    url: null,
    classifications: [],
    rawType: 'application/json',
    ...rest,
    name,
    nameKey: nameKey(name),
    ra,
    dec,
    skyPixel: ra === null || dec === null ? null : Number(skyPixel(ra, dec)),
    raw,
    contentHash: `\\x${createHash('sha256').update(raw).digest('hex')}`,
    receivedAt: new Date().toISOString()
  }
}
