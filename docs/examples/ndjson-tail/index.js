import { defineBroker, Identifier, Type } from 'tom-alerts-service/broker-kit'

/** Tails an endless stream of alerts, one JSON object a line: an example of a module that lives outside of the service. */
export const ndjsonTail = defineBroker({
  id: 'ndjson-tail',
  name: 'NDJSON tail',
  docs: 'https://github.com/ndjson/ndjson-spec',
  baseUrl: 'http://127.0.0.1:9200/',
  surveys: [],
  scoreDescription: 'None: the stream has no score.',
  delivery: 'endless',

  parameters: Type.Object(
    { topic: Type.String({ pattern: '^[a-z-]+$', description: 'Topic to tail.', examples: ['transients'] }) },
    { additionalProperties: false }
  ),
  alert: Type.Object({ offset: Type.Integer({ minimum: 0 }), id: Identifier, ra: Type.Number(), dec: Type.Number() }),

  async *fetchAlerts({ topic }, { http, checkpoint, resumeFrom }) {
    const query = { after: resumeFrom ?? undefined }
    for await (const alert of http.items(`topics/${topic}.ndjson`, { format: 'ndjson', query })) {
      yield alert
      // Said after the alert was yielded: this one need not come again.
      if (Number.isInteger(alert?.offset)) checkpoint(String(alert.offset))
    }
  },

  toGenericAlert({ id, ra, dec }) {
    return { id: String(id), name: String(id), timestamp: null, ra, dec, mag: null, score: null, url: null }
  }
})
