import { type BrokerContext, BrokerError, Identifier, isBrokerError, Type } from '../../broker-kit/index.ts'

const Listed = Type.Object({ items: Type.Array(Type.Unknown()) })

/** One object, without what the classifiers say of it: ALeRCE's answer has none of that. */
export async function fetchObject(oid: string, { http }: BrokerContext<unknown>): Promise<unknown> {
  if (!/^[0-9]{1,19}$/.test(oid)) throw new BrokerError('not-found', `ALeRCE has no LSST object ${oid}: its ids are numbers.`)
  try {
    return await http.json('object_api/object', Type.Object({ oid: Identifier }), { query: { survey_id: 'lsst', oid } })
  } catch (error) {
    if (!isBrokerError(error) || error.upstreamStatus !== 500) throw error
    // For an id that it does not have, ALeRCE answers 500; its list then answers no object at all.
    const { items } = await http.json('object_api/list_objects', Listed, { query: { survey: 'lsst', oid, page_size: 1 } })
    if (items.length > 0) throw error
    throw new BrokerError('not-found', `ALeRCE has no LSST object ${oid}.`, { cause: error })
  }
}
