import { type Static, Type } from '@sinclair/typebox'
import { toAlert } from '../alerts/store.ts'
import type { Database } from '../database.ts'
import { CursorInteger, decodeCursor, encodeCursor } from '../http/pagination.ts'
import { notFound } from '../http/problems.ts'
import type { Rejection, RunAlert } from './schemas.ts'
import { findRun, isEnded, listRejections, listRunAlerts, type RejectionRow, type ResultRange, type RunAlertRow } from './store.ts'

const ResultCursor = Type.Tuple([Type.Literal('results'), CursorInteger])

/** Which page of the results of a run is asked for. */
export interface ResultPage {
  readonly runId: string
  readonly cursor?: string
  readonly limit: number
}

/** Reads the place in the results of a run behind which to go on; throws 422 for what is no cursor of ours. */
export function positionOf(cursor: string | undefined): bigint {
  return cursor === undefined ? 0n : BigInt(decodeCursor(cursor, ResultCursor)[1])
}

function cursorOf(position: bigint): string {
  return encodeCursor(['results', position])
}

/** Shows an alert of a run as the API does. */
export function presentRunAlert({ alert, outcome, position }: RunAlertRow): Static<typeof RunAlert> {
  return { ...toAlert(alert), outcome, cursor: cursorOf(position) }
}

function presentRejection({ position, reason, raw, rawType }: RejectionRow): Static<typeof Rejection> {
  return { reason, raw, rawType, cursor: cursorOf(position) }
}

/** Lists alerts of a run; while it runs there is always a next page, so that a reader who goes on loses nothing. */
export function pageOfRunAlerts(database: Database, page: ResultPage) {
  return pageOfResults(database, page, async range => (await listRunAlerts(database.pool, range)).map(presentRunAlert))
}

/** Lists rejections of a run; while it runs there is always a next page. */
export function pageOfRejections(database: Database, page: ResultPage) {
  return pageOfResults(database, page, async range => (await listRejections(database.pool, range)).map(presentRejection))
}

async function pageOfResults<T extends { readonly cursor: string }>(
  { prisma }: Database,
  { runId, cursor, limit }: ResultPage,
  list: (range: ResultRange) => Promise<T[]>
): Promise<{ items: T[]; next: string | null }> {
  const after = positionOf(cursor)
  // Asked before the page is read: what was recorded before the end is then on it.
  const run = await findRun(prisma, runId)
  if (run === null) throw notFound('run', runId)
  const found = await list({ runId, after, limit: limit + 1 })
  const items = found.slice(0, limit)
  const whole = isEnded(run) && found.length <= limit
  return { items, next: whole ? null : (items.at(-1)?.cursor ?? cursorOf(after)) }
}
