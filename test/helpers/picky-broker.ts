import { defineBroker, Type } from '../../src/broker-kit/index.ts'

/** A made-up broker that has a rule across its parameters, wants a secret, and can be asked for one alert. */
export const pickyBroker = defineBroker({
  id: 'picky-broker',
  name: 'PickyBroker',
  docs: 'https://example.org/docs',
  baseUrl: 'http://127.0.0.1:9/',
  surveys: ['ZTF', 'LSST'],
  scoreDescription: 'How picky it is; higher is pickier.',
  parameters: Type.Object(
    {
      faintest: Type.Optional(Type.Number({ description: 'Faintest magnitude [mag].', examples: [20] })),
      brightest: Type.Optional(Type.Number({ description: 'Brightest magnitude [mag].', examples: [12] })),
      name: Type.Optional(Type.String({ description: 'Name of the object.' }))
    },
    { additionalProperties: false }
  ),
  check: ({ faintest = 99, brightest = -99 }) =>
    brightest > faintest ? [{ pointer: '/brightest', message: `must not be more than faintest, ${faintest}` }] : [],
  alert: Type.Object({ id: Type.String() }),
  settings: Type.Object({
    apiToken: Type.String({ description: 'Token of your account, from your profile page.', writeOnly: true }),
    group: Type.Optional(Type.String({ description: 'Group whose alerts are read.' }))
  }),

  async *fetchAlerts(_parameters, { http }) {
    yield* http.items('alerts')
  },

  async fetchAlert(id, { http }) {
    return http.json(`alerts/${encodeURIComponent(id)}`, Type.Object({}))
  },

  toGenericAlert({ id }) {
    return { id, name: id, timestamp: null, ra: null, dec: null, mag: null, score: null, url: null }
  }
})
