import { BrokerError, compileCheck, Identifier, isBrokerError, lookAhead, Type, unreadableItem } from '../../broker-kit/index.ts'
import { isNamed } from './objects.ts'
import { bareName, type TnsParameters, toSearch } from './parameters.ts'
import { askTns, type TnsContext } from './requests.ts'

const objectsAtOnce = 4
const manyObjects = 50
const withoutMeasurements = { photometry: '0', spectra: '0' }

const isHitList = compileCheck(Type.Array(Type.Unknown()))
const isOlderHitList = compileCheck(Type.Object({ reply: Type.Array(Type.Unknown()) }))
const isHit = compileCheck(Type.Object({ objname: Type.String({ minLength: 1 }), objid: Type.Optional(Identifier) }))

/** An object that is to be asked for. */
interface Wanted {
  /** Its place in the run; what a later attempt goes on behind. */
  readonly order: number
  readonly question: { readonly objid: string } | { readonly objname: string }
  /** What TNS, or the user, said of it. */
  readonly text: string
}

/** Yields the objects that fit, each asked for by itself, as a search answers nothing but names. */
export async function* fetchObjects({ objectId, ...search }: TnsParameters, context: TnsContext): AsyncGenerator<unknown> {
  const { wanted, unreadable } =
    objectId === undefined ? await searchFor(search, context) : { wanted: wantedNames([objectId].flat()), unreadable: [] }
  const rest = wanted.filter(({ order }) => order === 0 || order > Number(context.resumeFrom ?? 0))
  if (rest.length > manyObjects) context.feedback(`${rest.length} objects are asked for, one request each.`)
  const work = async (one: Wanted) => ({ order: one.order, object: await readOne(one, { isAlone: wanted.length === 1, context }) })
  for await (const { order, object } of lookAhead(rest, { atOnce: objectsAtOnce, work })) {
    yield object
    if (order > 0) context.checkpoint(String(order))
  }
  yield* unreadable
}

/** One object, without its measurements. */
export async function fetchObject(name: string, context: TnsContext): Promise<unknown> {
  const object = await askTns('get/object', { objname: bareName(name), ...withoutMeasurements }, context)
  if (!isNamed(object)) throw new BrokerError('not-found', `TNS knows no object ${name}.`)
  return object
}

/** Asks for something small that takes the credentials. */
export async function probeTns(context: TnsContext): Promise<void> {
  readHits(await askTns('get/search', { objname: '2018cow', objname_exact_match: 1 }, context))
}

function wantedNames(names: readonly string[]): Wanted[] {
  return names.map((name, index) => ({ order: index + 1, question: { objname: bareName(name) }, text: JSON.stringify(name) }))
}

/** Searches. The ids of TNS grow, so in their order what is new comes last, and a run can be taken up again. */
async function searchFor(search: Omit<TnsParameters, 'objectId'>, context: TnsContext) {
  const hits = readHits(await askTns('get/search', toSearch(search, context.newerThan), context))
  if (hits.length === 0) context.feedback('TNS has no object that fits.')
  const wanted = hits.filter(isHit).map(({ objname, objid }): Wanted => {
    const text = JSON.stringify({ objname, objid })
    return objid === undefined
      ? { order: 0, question: { objname }, text }
      : { order: Number(objid) || 0, question: { objid: String(objid) }, text }
  })
  const unreadable = hits.filter(hit => !isHit(hit)).map(hit => unreadableItem(JSON.stringify(hit), 'TNS names no object here.'))
  return { wanted: wanted.toSorted((a, b) => a.order - b.order), unreadable }
}

function readHits(answer: unknown): readonly unknown[] {
  if (isHitList(answer)) return answer
  if (isOlderHitList(answer)) return answer.reply
  throw new BrokerError('bad-response', 'TNS answered a search with something else than a list of objects.')
}

/** Reads one object. One of many that is gone is told as such, and does not end the run. */
async function readOne({ question, text }: Wanted, { isAlone, context }: { isAlone: boolean; context: TnsContext }): Promise<unknown> {
  try {
    const object = await askTns('get/object', { ...question, ...withoutMeasurements }, context)
    return typeof object === 'object' && object !== null ? object : unreadableItem(JSON.stringify(object), 'TNS gave no object.')
  } catch (error) {
    if (isAlone || !isBrokerError(error) || error.kind !== 'not-found') throw error
    return unreadableItem(text, error.message)
  }
}
