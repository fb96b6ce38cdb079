import { type BrokerContext, type Static, Type } from '../../broker-kit/index.ts'

/** What an operator must set. */
export const BabamulSettings = Type.Object(
  {
    apiToken: Type.String({
      pattern: '^[!-~]{1,500}$',
      writeOnly: true,
      description: 'Token of a Babamul account (bbml_...), made on its profile page.'
    })
  },
  { additionalProperties: false }
)

/** What the module is given for one call. */
export type BabamulContext = BrokerContext<Static<typeof BabamulSettings>>

/** What every request to Babamul has in common. */
export function asking({ settings }: BabamulContext) {
  return { headers: { authorization: `Bearer ${settings.apiToken}` } }
}

/** Asks for the account of the token. */
export async function probe(context: BabamulContext): Promise<void> {
  await context.http.json('profile', Type.Object({ data: Type.Object({ username: Type.String() }) }), asking(context))
}
