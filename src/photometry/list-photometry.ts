import { Type } from '@sinclair/typebox'
import type { Transaction } from '../database.ts'
import { rangeComplaints } from '../domain/time.ts'
import { cutPage, decodeCursor, encodeCursor, type Page } from '../http/pagination.ts'
import { invalid, notFound } from '../http/problems.ts'
import { Timestamp, Uuid } from '../http/schemas.ts'
import { findTarget } from '../targets/store.ts'
import type { PhotometryFilter, PhotometryPoint } from './schemas.ts'
import { listPoints, type StoredPoint } from './store.ts'

const Cursor = Type.Tuple([Type.Literal('photometry'), Timestamp, Uuid])

/** Reads one page of the light curve of a target, in order of time; throws 404 where there is no target, 422 for times that are the wrong way round. */
export async function pageOfPhotometry(db: Transaction, targetId: string, filter: PhotometryFilter): Promise<Page<PhotometryPoint>> {
  const { cursor, limit, band, kind, survey, after, before } = filter
  const complaints = rangeComplaints(filter, [['after', 'before']])
  if (complaints.length > 0) throw invalid(complaints, 'The query string does not fit.')
  const place = cursor === undefined ? null : decodeCursor(cursor, Cursor)
  const behind = place && ([place[1], place[2]] as const)
  if ((await findTarget(db, targetId)) === undefined) throw notFound('target', targetId)
  const found = await listPoints(db, { targetId, band, kind, survey, after, before, behind }, limit + 1)
  const { items, next } = cutPage(found, limit, ({ timestamp, id }) => encodeCursor(['photometry', timestamp.toISOString(), id]))
  return { items: items.map(toPoint), next }
}

function toPoint({ timestamp, firstSeenAt, updatedAt, brokerIds, ...point }: StoredPoint): PhotometryPoint {
  return {
    ...point,
    brokerIds: [...brokerIds],
    timestamp: timestamp.toISOString(),
    firstSeenAt: firstSeenAt.toISOString(),
    updatedAt: updatedAt.toISOString()
  }
}
