import {
  BrokerError,
  type ConeSearch,
  compileCheck,
  createPageMemory,
  Identifier,
  isBrokerError,
  lookAhead,
  Nullable,
  sourceOf,
  Type,
  unreadableItem
} from '../../broker-kit/index.ts'
import type { LasairParameters } from './parameters.ts'
import { asking, type LasairContext, type LasairQuery, readRows } from './requests.ts'
import { composeQuery, queryForIds } from './sql.ts'
import type { LasairSurvey } from './survey.ts'

/** The most rows that Lasair answers at once: without an account's rights, and with those of a plain account. */
const accountCaps = [1000, 10_000]
const idsPerQuery = 100
const objectsAtOnce = 4
const manyObjects = 50

const isNeighbour = compileCheck(Type.Object({ object: Identifier, separation: Nullable(Type.Number()) }))

/** Yields what the parameters ask for, in the one of three ways that they choose. */
export async function* fetchFrom(survey: LasairSurvey, parameters: LasairParameters, context: LasairContext): AsyncGenerator<unknown> {
  const { objectId, cone, details = 'object' } = parameters
  const read = details === 'row' ? rowsOf : objectsOf
  if (objectId !== undefined) yield* read(survey, [objectId].flat(), context)
  else if (cone === undefined) yield* readPages(composeQuery(survey, parameters, context.newerThan), parameters.pageSize, context)
  else {
    const { ids, unreadable } = await idsInCone(survey, cone, context)
    if (details === 'object' && ids.length > manyObjects) {
      context.feedback(`${ids.length} objects are asked for, one request each. With details "row", one request asks for ${idsPerQuery}.`)
    }
    yield* read(survey, ids, context)
    yield* unreadable
  }
}

/** Yields the rows of a query page by page; the checkpoint after each page is where the next one begins. */
async function* readPages(query: LasairQuery, pageSize = 10_000, context: LasairContext): AsyncGenerator<unknown> {
  let offset = /^\d{1,15}$/.test(context.resumeFrom ?? '') ? Number(context.resumeFrom) : 0
  for (const pages = createPageMemory(); ; ) {
    let count = 0
    for await (const row of readRows(context, query, { limit: pageSize, offset })) {
      if (count++ === 0 && pages.take(sourceOf(row)?.text ?? '', offset) !== null) {
        throw new BrokerError('bad-response', `Lasair answered a page again from row ${offset} on.`)
      }
      yield row
    }
    // A full page may be one that the rights of the account have cut: only a page that is full in no sense is the last.
    if (count < pageSize && !accountCaps.includes(count)) return
    if (count === 0) return
    offset += count
    context.checkpoint(String(offset))
  }
}

/** The ids of the objects in a cone, nearest first, and what of the answer could not be read. */
async function idsInCone({ idPattern, neighboursAt }: LasairSurvey, cone: ConeSearch, context: LasairContext) {
  const { ra, dec, radius } = cone
  const request = { ...asking(context), query: { ra, dec, radius, requestType: 'all' }, at: neighboursAt, whole: true }
  const found = await Array.fromAsync(context.http.items('cone/', request))
  const isReadable = (item: unknown) => isNeighbour(item) && idPattern.test(String(item.object))
  const nearest = found.filter(isNeighbour).toSorted((a, b) => (a.separation ?? radius) - (b.separation ?? radius))
  if (found.length === 0) context.feedback(`No object of Lasair lies within ${radius} arcsec.`)
  const ids = nearest.filter(isReadable).map(({ object }) => String(object))
  return { ids: [...new Set(ids)], unreadable: found.filter(item => !isReadable(item)) }
}

/** Yields whole objects. One of many that is gone is told as such, and does not end the run. */
async function* objectsOf(survey: LasairSurvey, ids: readonly string[], context: LasairContext): AsyncGenerator<unknown> {
  const work = async (id: string) => {
    const object = survey.readObject(id, context)
    return { id, object: ids.length === 1 ? await object : await object.catch(error => goneObject(id, error)) }
  }
  for await (const { id, object } of lookAhead(behind(ids, context.resumeFrom), { atOnce: objectsAtOnce, work })) {
    yield object
    context.checkpoint(id)
  }
}

function goneObject(id: string, error: unknown): object {
  if (isBrokerError(error) && error.kind === 'not-found') return unreadableItem(JSON.stringify(id), error.message)
  throw error
}

/** Yields rows of the table of objects. */
async function* rowsOf(survey: LasairSurvey, ids: readonly string[], context: LasairContext): AsyncGenerator<unknown> {
  const wanted = behind(ids, context.resumeFrom)
  for (let from = 0; from < wanted.length; from += idsPerQuery) {
    const some = wanted.slice(from, from + idsPerQuery)
    let count = 0
    for await (const row of readRows(context, queryForIds(survey, some), { limit: 1000, offset: 0 })) {
      count++
      yield row
    }
    if (count < some.length) context.feedback(`Lasair has no row for ${some.length - count} of ${some.length} objects.`)
    context.checkpoint(some.at(-1) ?? '')
  }
}

function behind(ids: readonly string[], yielded: string | null): readonly string[] {
  return yielded === null ? ids : ids.slice(ids.indexOf(yielded) + 1)
}
