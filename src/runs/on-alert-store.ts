import type { PoolClient } from 'pg'
import { v7 as uuidv7 } from 'uuid'
import { createTargetTopic } from '../outbox/create-target.ts'

/** An alert that meets the conditions. */
export interface MeetingAlert {
  readonly alertId: string
  /** What it is about. */
  readonly objectKey: string
  /** Whether the service had it before, in whichever run. */
  readonly isKnown: boolean
}

interface SetOff {
  readonly queryId: string
  readonly runId: string
  /** What is the same for all: on what terms, and for whom. */
  readonly terms: object
  readonly alerts: readonly MeetingAlert[]
}

// An alert that the service knew can still be new to the query. Objects are taken in the order of their keys, so that two
// runs cannot deadlock.
const setOffSql = `
  WITH wanted AS (
    SELECT * FROM unnest($5::uuid[], $6::text[], $7::uuid[], $8::boolean[]) WITH ORDINALITY AS one(id, "objectKey", "alertId", "isKnown", place)
  ), untouched AS MATERIALIZED (
    SELECT * FROM wanted
    WHERE NOT EXISTS (SELECT FROM "QueryTarget" AS done WHERE done."queryId" = $1 AND done."objectKey" = wanted."objectKey")
  ), chosen AS (
    SELECT DISTINCT ON ("objectKey" COLLATE "C") id, "objectKey", "alertId" FROM untouched
    WHERE NOT "isKnown" OR NOT EXISTS (
      SELECT FROM "RunAlert" AS member JOIN "Run" AS earlier ON earlier.id = member."runId"
      WHERE member."alertId" = untouched."alertId" AND member."runId" <> $2 AND earlier."queryId" = $1)
    ORDER BY "objectKey" COLLATE "C", place
  ), taken AS (
    INSERT INTO "QueryTarget" (id, "queryId", "objectKey", "alertId", "runId")
    SELECT id, $1, "objectKey", "alertId", $2 FROM chosen ORDER BY "objectKey" COLLATE "C"
    ON CONFLICT ("queryId", "objectKey") DO NOTHING RETURNING id, "alertId"
  ), sent AS (
    INSERT INTO "Outbox" (id, topic, payload)
    SELECT id, $3, $4::jsonb || jsonb_build_object('alertId', "alertId") FROM taken RETURNING id
  )
  SELECT pg_notify('outbox', $3) FROM sent LIMIT 1`

/** Stores in one statement that alerts are to become targets, once for each query and object. */
export async function setOffTargets(client: PoolClient, { queryId, runId, terms, alerts }: SetOff): Promise<void> {
  if (alerts.length === 0) return
  await client.query(setOffSql, [
    queryId,
    runId,
    createTargetTopic,
    JSON.stringify(terms),
    alerts.map(() => uuidv7()),
    alerts.map(({ objectKey }) => objectKey),
    alerts.map(({ alertId }) => alertId),
    alerts.map(({ isKnown }) => isKnown)
  ])
}
