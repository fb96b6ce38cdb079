import { Type } from '@sinclair/typebox'
import type { Queryable } from '../database.ts'
import { coneOf } from '../domain/cone.ts'
import { cutPage, decodeCursor, encodeCursor } from '../http/pagination.ts'
import { invalid } from '../http/problems.ts'
import { Uuid } from '../http/schemas.ts'
import type { Alert, AlertListQuery } from './schemas.ts'
import { listAlerts } from './store.ts'

const Cursor = Type.Tuple([Type.Literal('alerts'), Uuid])

/** Reads one page of the alerts that a filter asks for; throws 422 for a cone that is not whole. */
export async function pageOfAlerts(db: Queryable, query: AlertListQuery): Promise<{ items: Alert[]; next: string | null }> {
  const { cursor, limit, brokerId, objectId, name } = query
  const { cone, complaints } = coneOf(query)
  if (complaints.length > 0) throw invalid(complaints, 'The query string does not fit.')
  const before = cursor === undefined ? null : decodeCursor(cursor, Cursor)[1]
  const found = await listAlerts(db, { brokerId, objectId, name, cone, before }, limit + 1)
  return cutPage(found, limit, ({ id }) => encodeCursor(['alerts', id]))
}
