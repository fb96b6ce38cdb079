import { Type } from '@sinclair/typebox'
import type { Transaction } from '../database.ts'
import { cutPage, decodeCursor, encodeCursor, type PageQuery } from '../http/pagination.ts'
import { Uuid } from '../http/schemas.ts'
import { listTargetAlerts } from './alert-store.ts'
import { getTarget } from './get-target.ts'
import { listNames } from './name-store.ts'

const NameCursor = Type.Tuple([Type.Literal('names'), Uuid])
const AlertCursor = Type.Tuple([Type.Literal('target alerts'), Uuid])

/** Reads one page of the names of a target; throws 404 where there is none. */
export async function pageOfNames(db: Transaction, targetId: string, { cursor, limit }: PageQuery) {
  await getTarget(db, targetId)
  const after = cursor === undefined ? null : decodeCursor(cursor, NameCursor)[1]
  const found = await listNames(db, { targetId, after, limit: limit + 1 })
  return cutPage(found, limit, ({ id }) => encodeCursor(['names', id]))
}

/** Reads one page of the alerts that a target came from; throws 404 where there is none. */
export async function pageOfTargetAlerts(db: Transaction, targetId: string, { cursor, limit }: PageQuery) {
  await getTarget(db, targetId)
  const before = cursor === undefined ? null : decodeCursor(cursor, AlertCursor)[1]
  const found = await listTargetAlerts(db, { targetId, before, limit: limit + 1 })
  return cutPage(found, limit, ({ alertId }) => encodeCursor(['target alerts', alertId]))
}
