import { type BrokerContext, BrokerError, compileCheck, isBrokerError, type Static, Type } from '../../broker-kit/index.ts'
import { filterOf } from './filter.ts'
import type { ScoutParameters } from './parameters.ts'

type Context = BrokerContext<unknown>

const path = 'scout.api'
const Signature = Type.Object({ source: Type.String(), version: Type.String() })
const isSummary = compileCheck(Type.Object({ signature: Signature, count: Type.Unsafe<string | number>({ type: ['string', 'number'] }) }))
const Detail = Type.Object({ signature: Signature, objectName: Type.String() })
const hasName = compileCheck(Type.Object({ objectName: Type.String({ minLength: 1 }) }))
const isRefusal = compileCheck(Type.Object({ error: Type.String() }))

const roughly =
  'Scout rounds positions to a minute of right ascension (0.25 degrees) and a degree of declination, for the time of its ephemeris. Do not point at them.'

/** Yields the objects that fit the parameters. */
export async function* fetchAlerts(parameters: ScoutParameters, context: Context): AsyncGenerator<unknown> {
  const { objectId, orbits = true } = parameters
  const fits = filterOf(parameters, context.newerThan)
  let isFirst = true
  for await (const object of objectId === undefined
    ? allObjects(fits, { orbits, context })
    : someObjects([objectId].flat(), { orbits, context })) {
    if (!fits(object)) continue
    if (isFirst) context.feedback(roughly)
    isFirst = false
    yield object
  }
}

interface Asking {
  readonly orbits: boolean
  readonly context: Context
}

/** Reads the summary, and asks for each object that fits; one that is gone meanwhile comes as the summary had it. */
async function* allObjects(fits: (object: unknown) => boolean, { orbits, context }: Asking): AsyncGenerator<unknown> {
  for (const row of (await readSummary(context)).filter(fits)) {
    if (!orbits || !hasName(row)) yield row
    else yield (await readObject(row.objectName, { orbits, context })) ?? row
  }
}

async function* someObjects(objectIds: readonly string[], { orbits, context }: Asking): AsyncGenerator<unknown> {
  for (const objectId of objectIds) {
    const object = await readObject(objectId, { orbits, context })
    if (object !== null) yield object
  }
}

async function readSummary({ http }: Context): Promise<unknown[]> {
  const items = http.items(path, { at: ['data'], inBandError: refusalOf, whole: true })
  const rows = await Array.fromAsync(items)
  const summary = items.envelope()
  if (!isSummary(summary)) throw new BrokerError('bad-response', 'Scout does not sign its answer, or does not say how many objects it has.')
  checkSignature(summary.signature)
  if (Number(summary.count) !== rows.length) {
    throw new BrokerError('bad-response', `Scout says that it has ${summary.count} objects, and answers ${rows.length}.`)
  }
  return rows
}

/** Asks for one object; null, with a word to the astronomer, when Scout has it no more. */
async function readObject(tdes: string, { orbits, context }: Asking): Promise<unknown> {
  try {
    return await fetchObject(tdes, { orbits, context })
  } catch (error) {
    if (!isBrokerError(error) || error.kind !== 'not-found' || error.upstreamStatus !== 200) throw error
    context.feedback(`Scout has ${tdes} no more.`)
    return null
  }
}

/** One object as Scout has it, with an orbit; throws `not-found` for an unknown one. */
export async function fetchObject(tdes: string, { orbits, context: { http } }: Asking): Promise<unknown> {
  const query = { tdes, ...(orbits && { orbits: 1, 'n-orbits': 1 }) }
  const object = await http.json(path, Detail, { query, inBandError: body => refusalOf(body, tdes) })
  checkSignature(object.signature)
  return object
}

/** Finds the error that Scout reports in an answer with status 200, as it does for an object that it has no more. */
function refusalOf(body: unknown, tdes?: string): BrokerError | undefined {
  if (!isRefusal(body)) return undefined
  if (tdes === undefined) return new BrokerError('bad-response', `Scout answered an error: ${body.error}`, { upstreamStatus: 200 })
  const isGone = /not found|not exist|not available|unavailable|no longer|no such|no data|unknown|removed/i.test(body.error)
  return new BrokerError(isGone ? 'not-found' : 'query-rejected', `Scout answered for ${tdes}: ${body.error}`, { upstreamStatus: 200 })
}

const known: Static<typeof Signature> = { source: 'NASA/JPL Scout API', version: '1.3' }

/** JPL tells by the version alone that an answer means something else now. */
function checkSignature({ source, version }: Static<typeof Signature>): void {
  if (source === known.source && version === known.version) return
  const words = `Scout signs its answer as ${source} ${version}; this service knows ${known.source} ${known.version} and must be changed first.`
  throw new BrokerError('bad-response', words)
}
