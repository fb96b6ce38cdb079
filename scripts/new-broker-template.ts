/** What a new broker is called. */
export interface BrokerNames {
  readonly id: string
  /** As people write it. */
  readonly name: string
  /** In code. */
  readonly variable: string
}

/** Makes the names of a broker from its id: sky-broker is Sky Broker, and skyBroker in code. */
export function namesOf(id: string): BrokerNames {
  const words = id.split('-').map(word => word.charAt(0).toUpperCase() + word.slice(1))
  const joined = words.join('')
  return { id, name: words.join(' '), variable: joined.charAt(0).toLowerCase() + joined.slice(1) }
}

/** The text of a small module: one list of alerts, which can be narrowed to an object. */
export function moduleText({ id, name, variable }: BrokerNames): string {
  return `import { defineBroker, Identifier, Mjd, mjdToIso, Nullable, Type } from '../../broker-kit/index.ts'

/** ${name}: what it is, in one sentence. */
export const ${variable} = defineBroker({
  id: '${id}',
  name: '${name}',
  docs: 'https://example.org/docs',
  baseUrl: 'https://example.org/api/',
  surveys: [],
  scoreDescription: 'What its score means; higher is better.',

  parameters: Type.Object(
    {
      objectId: Type.Optional(Type.String({ minLength: 1, description: 'Identifier of the object.', examples: ['170587116732416143'] }))
    },
    { additionalProperties: false }
  ),

  alert: Type.Object({ id: Identifier, mjd: Mjd, ra: Nullable(Type.Number()), dec: Nullable(Type.Number()), mag: Nullable(Type.Number()) }),

  async *fetchAlerts({ objectId }, { http }) {
    yield* http.items('alerts', { query: { objectId }, at: ['alerts'] })
  },

  toGenericAlert({ id, mjd, ra, dec, mag }) {
    return { id: String(id), name: String(id), timestamp: mjdToIso(mjd), ra, dec, mag, score: null, url: null }
  }
})
`
}

/** A conversation with the small module's broker: a position at 0, a long id, and values that are not known. */
export function scenarioOf(): object {
  const generic = (id: string, more: object) => ({ id, name: id, timestamp: '2023-02-25T12:00:00.000Z', score: null, url: null, ...more })
  const answer = `{"alerts": [
    {"id": "first", "mjd": 60000.5, "ra": 0.0, "dec": 0.0, "mag": 18.25},
    {"id": 170587116732416143, "mjd": 60000.5, "ra": 359.9, "dec": -89.5, "mag": NaN},
    {"id": "third", "mjd": 60000.5, "ra": null, "dec": null, "mag": null}
  ]}`
  return {
    about: 'A made-up answer with three alerts.',
    parameters: {},
    exchanges: [{ path: 'alerts', text: answer }],
    alerts: [
      generic('first', { ra: 0, dec: 0, mag: 18.25 }),
      generic('170587116732416143', { ra: 359.9, dec: -89.5, mag: null }),
      generic('third', { ra: null, dec: null, mag: null })
    ]
  }
}
