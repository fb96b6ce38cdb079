import { type Static, Type } from '@sinclair/typebox'
import { toAlert } from '../alerts/store.ts'
import type { Database } from '../database.ts'
import { CursorInteger, decodeCursor, encodeCursor } from '../http/pagination.ts'
import { invalid, notFound } from '../http/problems.ts'
import { Uuid } from '../http/schemas.ts'
import type { Rejection, RunAlert } from './result-schemas.ts'
import { listRejections, listRunAlerts, type RejectionRow, type ResultRange, type RunAlertRow } from './result-store.ts'
import { findRun, isEnded } from './store.ts'

const ResultCursor = Type.Tuple([Type.Literal('results'), Uuid, CursorInteger])

/** Which page of the results of a run is asked for. */
export interface ResultPage {
  readonly runId: string
  readonly cursor?: string
  readonly limit: number
}

/** Reads the place in the results of a run behind which to go on; throws 422 for what is no cursor of this run. */
export function positionOf(runId: string, cursor: string | undefined): bigint {
  if (cursor === undefined) return 0n
  const [, ofRun, position] = decodeCursor(cursor, ResultCursor)
  if (ofRun !== runId.toLowerCase())
    throw invalid([{ pointer: '/cursor', message: 'must be of this run' }], 'The query string does not fit.')
  return BigInt(position)
}

function cursorOf(runId: string, position: bigint): string {
  return encodeCursor(['results', runId.toLowerCase(), position])
}

/** Shows an alert of a run as the API does. */
export function presentRunAlert(runId: string, { alert, outcome, position }: RunAlertRow): Static<typeof RunAlert> {
  return { ...toAlert(alert), outcome, cursor: cursorOf(runId, position) }
}

function presentRejection(runId: string, { position, reason, raw, rawType }: RejectionRow): Static<typeof Rejection> {
  return { reason, raw, rawType, cursor: cursorOf(runId, position) }
}

/** Lists alerts of a run; while it runs there is always a next page, so that a reader who goes on loses nothing. */
export function pageOfRunAlerts(database: Database, page: ResultPage) {
  return pageOfResults(database, page, async range =>
    (await listRunAlerts(database.pool, range)).map(row => presentRunAlert(page.runId, row))
  )
}

/** Lists rejections of a run; while it runs there is always a next page. */
export function pageOfRejections(database: Database, page: ResultPage) {
  return pageOfResults(database, page, async range =>
    (await listRejections(database.pool, range)).map(row => presentRejection(page.runId, row))
  )
}

async function pageOfResults<T extends { readonly cursor: string }>(
  { pool }: Database,
  { runId, cursor, limit }: ResultPage,
  list: (range: ResultRange) => Promise<T[]>
): Promise<{ items: T[]; next: string | null }> {
  const after = positionOf(runId, cursor)
  // Asked before the page is read: what was recorded before the end is then on it.
  const run = await findRun(pool, runId)
  if (run === null) throw notFound('run', runId)
  const found = await list({ runId, after, limit: limit + 1 })
  const items = found.slice(0, limit)
  const whole = isEnded(run) && found.length <= limit
  return { items, next: whole ? null : (items.at(-1)?.cursor ?? cursorOf(runId, after)) }
}
