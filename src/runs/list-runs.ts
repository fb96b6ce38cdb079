import { Type } from '@sinclair/typebox'
import type { Transaction } from '../database.ts'
import { rangeComplaints } from '../domain/time.ts'
import { cutPage, decodeCursor, encodeCursor, type Page } from '../http/pagination.ts'
import { invalid } from '../http/problems.ts'
import { Uuid } from '../http/schemas.ts'
import { presentRun } from './present-run.ts'
import type { Run, RunListQuery } from './schemas.ts'
import { listRuns } from './store.ts'

const Cursor = Type.Tuple([Type.Literal('runs'), Uuid])

/** Reads one page of the runs that a filter asks for, newest first; throws 422 for times that are the wrong way round. */
export async function pageOfRuns(db: Transaction, { cursor, ...filter }: RunListQuery): Promise<Page<Run>> {
  const complaints = rangeComplaints(filter, [['createdAfter', 'createdBefore']])
  if (complaints.length > 0) throw invalid(complaints, 'The query string does not fit.')
  const before = cursor === undefined ? {} : { before: decodeCursor(cursor, Cursor)[1] }
  const found = await listRuns(db, { ...filter, ...before, limit: filter.limit + 1 })
  const { items, next } = cutPage(found, filter.limit, ({ id }) => encodeCursor(['runs', id]))
  return { items: items.map(presentRun), next }
}
