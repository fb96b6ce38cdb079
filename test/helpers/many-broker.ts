import { defineBroker, Type } from '../../src/broker-kit/index.ts'

/** A made-up broker that answers with as many alerts as it likes, in one body and without checkpoints. */
export const manyBroker = defineBroker({
  id: 'many-broker',
  name: 'ManyBroker',
  docs: 'https://example.org/docs',
  baseUrl: 'http://127.0.0.1:9/',
  surveys: ['LSST'],
  scoreDescription: 'Nothing.',
  parameters: Type.Object({}, { additionalProperties: false }),
  alert: Type.Object({ diaSourceId: Type.String(), ra: Type.Number(), dec: Type.Number() }),

  async *fetchAlerts(_parameters, { http }) {
    yield* http.items('alerts.json')
  },

  toGenericAlert({ diaSourceId, ra, dec }) {
    return { id: diaSourceId, name: diaSourceId, timestamp: null, ra, dec, mag: null, score: null, url: null }
  }
})
