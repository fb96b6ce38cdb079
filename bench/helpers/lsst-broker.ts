import { defineBroker, Type } from '../../src/broker-kit/index.ts'

const perAnswer = 100_000

/** A made-up broker of alerts like those of LSST, for benchmarks: it says how many it wants to have. */
export const benchBroker = defineBroker({
  id: 'bench-lsst',
  name: 'BenchLSST',
  docs: 'https://example.org/docs',
  baseUrl: 'http://127.0.0.1:9/',
  surveys: ['LSST'],
  scoreDescription: 'Reliability.',
  parameters: Type.Object(
    {
      count: Type.Integer({ description: 'Alerts to send [count].' }),
      first: Type.Integer({ description: 'Number of the first one; other numbers are other alerts.' }),
      bytes: Type.Integer({ description: 'About how long the text of one is [byte].' })
    },
    { additionalProperties: false }
  ),
  alert: Type.Object({
    diaSourceId: Type.String(),
    diaObjectId: Type.String(),
    midpointMjdTai: Type.Number(),
    ra: Type.Number(),
    dec: Type.Number(),
    psfMag: Type.Number(),
    reliability: Type.Number(),
    band: Type.String()
  }),

  async *fetchAlerts({ count, first, bytes }, { http }) {
    // One answer may have a GiB at most.
    for (let done = 0; done < count; done += perAnswer) {
      yield* http.items('alerts.json', { query: { count: Math.min(perAnswer, count - done), first: first + done, bytes } })
    }
  },

  toGenericAlert({ diaSourceId, diaObjectId, midpointMjdTai, ra, dec, psfMag, reliability, band }) {
    return {
      id: diaSourceId,
      name: `LSST-${diaObjectId}`,
      objectId: diaObjectId,
      timestamp: new Date((midpointMjdTai - 40587) * 86_400_000 - 37_000).toISOString(),
      ra,
      dec,
      mag: psfMag,
      score: reliability,
      url: null,
      survey: 'LSST',
      band
    }
  }
})
