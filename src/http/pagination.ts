import { type Static, type TSchema, type TTuple, Type } from '@sinclair/typebox'
import { type Check, compileCheck, Nullable } from '../domain/schema.ts'
import { unstorableStrings } from '../domain/storable.ts'
import { component, defaulted, ref } from './openapi.ts'
import { invalid } from './problems.ts'

/** The query parameters of every list. */
export const pageFields = {
  limit: defaulted(Type.Integer({ minimum: 1, maximum: 500, default: 100, description: 'Most items on the page [count].' })),
  cursor: Type.Optional(Type.String({ maxLength: 2000, description: '`next` of the page before; left out for the first page.' }))
}

/** Query parameters of a list without filters. */
export const PageQuery = Type.Object(pageFields, { additionalProperties: false })
export type PageQuery = Static<typeof PageQuery>

/** A bigint in a cursor. */
export const CursorInteger = Type.String({ pattern: '^[0-9]{1,18}$' })

/** Names the page of a list: its items, and the cursor of the next page. */
export function pageOf<S extends TSchema>(id: string, item: S) {
  return component(
    id,
    Type.Object(
      {
        items: Type.Array(ref(item)),
        next: Nullable(Type.String({ description: '`cursor` of the next page; null at the end.' }))
      },
      { description: 'One page of the list.' }
    )
  )
}

/** Makes the opaque place in a list of what its order needs; bigints become strings of digits. */
export function encodeCursor(values: readonly (string | number | bigint)[]): string {
  const members = values.map(value => (typeof value === 'bigint' ? value.toString() : value))
  return Buffer.from(JSON.stringify(members)).toString('base64url')
}

/** Reads a cursor that `encodeCursor` made; throws 422 for one of another list, and for garbage. */
export function decodeCursor<T extends TTuple>(cursor: string, schema: T): Static<T> {
  const fits = (values: unknown): values is Static<T> => checkOf(schema)(values) && unstorableStrings(values).length === 0
  const values = parseCursor(cursor)
  if (fits(values)) return values
  throw invalid([{ pointer: '/cursor', message: 'must be the `next` of a page of this list' }], 'The query string does not fit.')
}

const checks = new WeakMap<TSchema, Check<unknown>>()

function checkOf(schema: TSchema): Check<unknown> {
  const known = checks.get(schema)
  if (known) return known
  const check = compileCheck(schema)
  checks.set(schema, check)
  return check
}

function parseCursor(cursor: string): unknown {
  const bytes = Buffer.from(cursor, 'base64url')
  if (bytes.toString('base64url') !== cursor) return undefined
  try {
    return JSON.parse(bytes.toString())
  } catch {
    return undefined
  }
}

/** One page of a list. */
export interface Page<T> {
  readonly items: readonly T[]
  readonly next: string | null
}

/** Cuts a page out of what was found when one more than the limit was asked for: the surplus tells that there is a next page. */
export function cutPage<T>(found: readonly T[], limit: number, cursorOf: (last: T) => string): { items: T[]; next: string | null } {
  const items = found.slice(0, limit)
  const last = items.at(-1)
  return { items, next: found.length > limit && last !== undefined ? cursorOf(last) : null }
}

interface Headers<R> {
  header(name: string, value: string): R
  send(body: unknown): R
}

/** Sends a page of a list, with the address of the next one in the header Link. */
export function sendPage<R extends Headers<R>>(request: { readonly url: string }, reply: R, page: Page<unknown>): R {
  if (page.next === null) return reply.send(page)
  const address = new URL(request.url, 'http://localhost')
  address.searchParams.set('cursor', page.next)
  return reply.header('Link', `<${address.pathname}${address.search}>; rel="next"`).send(page)
}
