import { type BrokerContext, BrokerError, compileCheck, type Fields, type Static, Type } from '../../broker-kit/index.ts'

/** What an operator must set for each of the two Lasair systems, whose accounts and tokens are separate. */
export const LasairSettings = Type.Object(
  {
    apiToken: Type.String({
      pattern: '^[!-~]{1,200}$',
      writeOnly: true,
      description: 'Token of the Lasair account, as "My Profile" on the website of this Lasair shows it.'
    })
  },
  { additionalProperties: false }
)

/** What the Lasair modules are given for one call. */
export type LasairContext = BrokerContext<Static<typeof LasairSettings>>

/** What Lasair's documentation allows the token of a plain account: 100 requests an hour. */
export const lasairLimits = { concurrency: 4, requests: { count: 100, seconds: 3600 } }

// The token goes into a header: in the query, where Lasair takes it too, it would end up in the logs on the way.
/** What every request to Lasair has in common. All of them only ask. */
export function asking({ settings }: LasairContext) {
  return { headers: { authorization: `Token ${settings.apiToken}` }, idempotent: true, inBandError: refusalIn }
}

const hasError = compileCheck(Type.Object({ error: Type.String() }))
const hasMessage = compileCheck(Type.Object({ message: Type.String() }))

/** Finds what Lasair reports inside an answer: `{"error": ...}`, with HTML in it where the database refused a query. */
function refusalIn(body: unknown): BrokerError | undefined {
  if (hasMessage(body) && /request limit exceeded/i.test(body.message)) return new BrokerError('rate-limited', `Lasair: ${body.message}`)
  return hasError(body) ? new BrokerError('query-rejected', `Lasair refuses the request: ${withoutTags(body.error)}`) : undefined
}

function withoutTags(text: string): string {
  return text
    .replace(/<\/?[a-z]+\s*\/?>/gi, ' ')
    .replace(/\s+/g, ' ')
    .trim()
    .slice(0, 300)
}

/** The longest that Lasair takes of each part of a query [character]. */
export const longest = { selected: 4096, tables: 1024, conditions: 4096 }

/** A query as Lasair wants it; it puts SELECT, FROM and WHERE before its parts. */
export interface LasairQuery {
  readonly selected: string
  readonly tables: string
  readonly conditions: string
}

/** Reads some rows of what a query selects. */
export function readRows(context: LasairContext, query: LasairQuery, page: { readonly limit: number; readonly offset: number }) {
  const form: Fields = { ...query, ...page }
  return context.http.items('query/', { ...asking(context), form, whole: true })
}

/** Asks for one id: that takes a token, and is cheap. */
export async function probeLasair(context: LasairContext): Promise<void> {
  await Array.fromAsync(readRows(context, { selected: '1 AS one', tables: 'objects', conditions: '' }, { limit: 1, offset: 0 }))
}
