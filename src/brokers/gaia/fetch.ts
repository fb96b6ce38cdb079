import { type BrokerContext, BrokerError, compileCheck, Type } from '../../broker-kit/index.ts'
import { selectionOf } from './filter.ts'
import type { GaiaParameters } from './parameters.ts'

type Context = BrokerContext<unknown>

const hasName = compileCheck(Type.Object({ Name: Type.String() }))
/** The day on which Gaia stopped observing [UTC]. */
const lastDay = '2025-01-15'

/** Yields the alerts of the table that fit the parameters, newest first, and what of it cannot be read. */
export async function* fetchAlerts(parameters: GaiaParameters, { http, feedback, newerThan }: Context): AsyncGenerator<unknown> {
  if (wantsWhatCannotBe(parameters, newerThan)) feedback(`Gaia stopped observing on ${lastDay}: there is nothing newer.`)
  const isWanted = selectionOf(parameters, newerThan)
  // Older tables lack columns that only some parameters need.
  const needed = [...(parameters.className === undefined ? [] : ['Class']), ...(parameters.published === undefined ? [] : ['Published'])]
  for await (const row of readTable(http, needed)) if (isWanted(row)) yield row
}

/** One alert; the whole table is read until it comes. */
export async function fetchAlert(name: string, { http }: Context): Promise<unknown> {
  for await (const row of readTable(http)) if (hasName(row) && row.Name === name) return row
  throw new BrokerError('not-found', `Gaia has no alert ${name}.`)
}

function readTable(http: Context['http'], needed: readonly string[] = []): AsyncIterable<unknown> {
  return http.items('alerts.csv', { format: 'csv', columns: ['Name', 'Date', 'RaDeg', 'DecDeg', 'AlertMag', ...needed] })
}

function wantsWhatCannotBe({ observed, published }: GaiaParameters, newerThan: string | null): boolean {
  const end = Date.parse(`${lastDay}T24:00:00Z`)
  return [observed?.after, published?.after, newerThan ?? undefined].some(after => after !== undefined && Date.parse(after) >= end)
}
