import { createHash, randomUUID } from 'node:crypto'
import type { Pool } from 'pg'
import { v7 as uuidv7 } from 'uuid'

interface RunDraft {
  /** Stored alerts that it received, in this order. */
  readonly alertIds: readonly string[]
  readonly outcome?: 'new' | 'duplicate'
  readonly status?: string
  readonly queryName?: string
}

/** Puts a run into the store, with what it received, past everything that runs and records. */
export async function insertRun(pool: Pool, { alertIds, outcome = 'new', status = 'succeeded', queryName = 'Query' }: RunDraft) {
  const run = { id: uuidv7(), queryId: randomUUID(), queryName }
  await pool.query(
    `INSERT INTO "Run" (id, "queryId", "queryName", "brokerId", parameters, status, "leaseUntil", attempt)
     VALUES ($1, $2, $3, 'my-broker', '{}', $4, now() + interval '1 hour', 1)`,
    [run.id, run.queryId, queryName, status]
  )
  await pool.query(
    `INSERT INTO "RunAlert" ("runId", attempt, outcome, position, "alertId", "itemHash")
     SELECT $1, 1, $2, * FROM unnest($3::bigint[], $4::uuid[], $5::bytea[])`,
    [run.id, outcome, alertIds.map((_, index) => index + 1), alertIds, alertIds.map(id => createHash('sha256').update(id).digest())]
  )
  if (outcome === 'new') await pool.query('UPDATE "Alert" SET "runId" = $1 WHERE id = ANY($2)', [run.id, alertIds])
  return run
}
