import { defineBroker, Type } from '../../src/broker-kit/index.ts'

/** A made-up broker with limits: pages of one alert each, asked for one after the other. */
export const limitedBroker = defineBroker({
  id: 'limited-broker',
  name: 'LimitedBroker',
  docs: 'https://example.org/docs',
  baseUrl: 'http://127.0.0.1:9/',
  surveys: ['ZTF'],
  scoreDescription: 'Nothing at all.',
  limits: { concurrency: 2, requests: { count: 5, seconds: 2 } },
  parameters: Type.Object(
    {
      name: Type.String({ description: 'Name of the run, which its alerts begin with.', examples: ['A'] }),
      pages: Type.Integer({ description: 'How many pages to ask for [count].', examples: [1] })
    },
    { additionalProperties: false }
  ),
  alert: Type.Object({ id: Type.String() }),

  async *fetchAlerts({ name, pages }, { http }) {
    for (let page = 1; page <= pages; page++) yield* http.items('alerts', { query: { name, page } })
  },

  async fetchAlert(id, { http }) {
    return http.json(`alerts/${encodeURIComponent(id)}`, Type.Object({ id: Type.String() }))
  },

  toGenericAlert({ id }) {
    return { id, name: id, timestamp: null, ra: null, dec: null, mag: null, score: null, url: null }
  }
})
