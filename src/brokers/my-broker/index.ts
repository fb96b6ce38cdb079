import { compileCheck, defineBroker, Identifier, Nullable, Type, UtcText, utcTextToIso } from '../../broker-kit/index.ts'

const data = 'example_broker_data.json'
const hasName = compileCheck(Type.Object({ name: Type.String() }))

/** The broker of the TOM Toolkit's tutorial, which this service serves itself: one file with all its alerts. */
export const myBroker = defineBroker({
  id: 'my-broker',
  name: 'MyBroker',
  docs: 'https://tom-toolkit.readthedocs.io/en/stable/brokers/create_broker.html',
  baseUrl: 'http://127.0.0.1:3000/examples/my-broker/',
  surveys: [],
  scoreDescription: 'A made-up number; higher is better.',

  parameters: Type.Object(
    { targetName: Type.String({ minLength: 1, description: 'Exact name of the target.', examples: ['Tatooine'] }) },
    { additionalProperties: false }
  ),

  alert: Type.Object({
    id: Identifier,
    name: Type.String(),
    timestamp: UtcText,
    ra: Nullable(Type.Number()),
    dec: Nullable(Type.Number()),
    mag: Nullable(Type.Number()),
    score: Nullable(Type.Number())
  }),

  async *fetchAlerts({ targetName }, { http, feedback }) {
    let found = false
    for await (const item of http.items(data)) {
      const isReadable = hasName(item)
      if (isReadable && item.name !== targetName) continue
      found ||= isReadable
      // An item without a name is let through, so that the run can tell of it.
      yield item
    }
    if (!found) feedback(`No alert is named ${targetName}.`)
  },

  toGenericAlert({ id, name, timestamp, ra, dec, mag, score }, { baseUrl }) {
    return { id: String(id), name, timestamp: utcTextToIso(timestamp), ra, dec, mag, score, url: new URL(data, baseUrl).href }
  }
})
