import { Type } from '@sinclair/typebox'
import type { Queryable } from '../database.ts'
import { coneOf } from '../domain/cone.ts'
import { boxOf } from '../domain/sky-box.ts'
import { rangeComplaints } from '../domain/time.ts'
import { cutPage, decodeCursor, encodeCursor, type Page } from '../http/pagination.ts'
import { invalid } from '../http/problems.ts'
import { Uuid } from '../http/schemas.ts'
import type { TargetChoice, TargetFilter, TargetSort } from './filter-schemas.ts'
import { listTargets, type StoredListedTarget, type TargetPlace } from './list-store.ts'
import type { TargetSelection } from './select-store.ts'

const Instant = Type.String({ format: 'date-time', pattern: '^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z$' })
const cursorOf = <S extends TargetSort, K extends typeof Instant>(sort: S, key: K) =>
  Type.Tuple([Type.Literal('targets'), Type.Literal(sort), key, Uuid])
const cursors = {
  created: cursorOf('created', Instant),
  '-created': cursorOf('-created', Instant),
  modified: cursorOf('modified', Instant),
  '-modified': cursorOf('-modified', Instant),
  name: cursorOf('name', Type.String()),
  '-name': cursorOf('-name', Type.String()),
  separation: Type.Tuple([Type.Literal('targets'), Type.Literal('separation'), Type.Number(), Uuid])
}

/** Reads one page of the targets that a filter asks for; throws 422 for a cone or box that is not whole, and a sort that needs one. */
export async function pageOfTargets(db: Queryable, filter: TargetFilter): Promise<Page<StoredListedTarget>> {
  const { cursor, limit, sort } = filter
  const selection = selectionOf(filter)
  if (sort === 'separation' && selection.cone === null) {
    throw invalid(
      [{ pointer: '/sort', message: 'is separation, which needs a cone: ra, dec and radius' }],
      'The query string does not fit.'
    )
  }
  const found = await listTargets(db, selection, { sort, after: placeOf(sort, cursor), limit: limit + 1 })
  return cutPage(found, limit, ({ key, id }) => encodeCursor(['targets', sort, key instanceof Date ? key.toISOString() : key, id]))
}

function placeOf(sort: TargetSort, cursor: string | undefined): TargetPlace | null {
  if (cursor === undefined) return null
  const [, , key, id] = decodeCursor(cursor, cursors[sort])
  return { key, id }
}

const ranges = [
  ['createdAfter', 'createdBefore'],
  ['modifiedAfter', 'modifiedBefore']
] as const

/** Reads which targets are asked for; throws 422 for a cone or box that is not whole, and for times that are the wrong way round. */
export function selectionOf(choice: TargetChoice): TargetSelection {
  const { name, type, list, brokerId, hasPhotometry, createdAfter, createdBefore, modifiedAfter, modifiedBefore } = choice
  const { cone, complaints } = coneOf(choice)
  const { box, complaints: boxComplaints } = boxOf(choice)
  const wrong = [...complaints, ...boxComplaints, ...rangeComplaints(choice, ranges)]
  if (wrong.length > 0) throw invalid(wrong, 'The query string does not fit.')
  return { name, type, list, brokerId, hasPhotometry, createdAfter, createdBefore, modifiedAfter, modifiedBefore, cone, box }
}
