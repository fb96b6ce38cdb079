import { type BrokerContext, Type } from '../../broker-kit/index.ts'
import { pagesFrom } from './pages.ts'
import { type AntaresParameters, toQuery } from './parameters.ts'

const newestFirst = '-properties.newest_alert_observation_time'
const at = { at: ['data'] }
const Locus = Type.Object({ id: Type.String(), attributes: Type.Object({}) })

type Context = BrokerContext<unknown>

/** Yields the loci that fit the parameters, newest first; after each page, a checkpoint names the next one. */
export async function* fetchAlerts(parameters: AntaresParameters, context: Context): AsyncGenerator<unknown> {
  const { objectId } = parameters
  if (objectId?.startsWith('ANT')) {
    // Whatever stands there is yielded, so that the run can tell of it.
    yield await context.http.json(pathOf(objectId), Type.Unknown(), at)
    return
  }
  const query = { sort: newestFirst, 'elasticsearch_query[locus_listing]': JSON.stringify(toQuery(parameters, context.newerThan)) }
  yield* pagesFrom({ path: 'loci', query }, { context, resumeFrom: context.resumeFrom, onNext: context.checkpoint })
}

/** One locus. */
export function fetchLocus(id: string, { http }: Context): Promise<unknown> {
  return http.json(pathOf(id), Locus, at)
}

function pathOf(locusId: string): string {
  return `loci/${encodeURIComponent(locusId)}`
}

/** Asks for a single locus. */
export async function probe({ http }: Context): Promise<void> {
  await http.json('loci', Type.Object({ data: Type.Array(Type.Unknown()) }), { query: { 'page[limit]': 1 } })
}
