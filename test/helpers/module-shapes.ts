import { type AnyBrokerModule, createPageMemory, defineBroker, sourceOf, Type } from '../../src/broker-kit/index.ts'

const common = {
  docs: 'https://example.org/docs',
  baseUrl: 'http://127.0.0.1:9/',
  surveys: [],
  scoreDescription: 'Nothing at all.',
  parameters: Type.Object({}, { additionalProperties: false }),
  alert: Type.Object({ id: Type.String() }),
  toGenericAlert: ({ id }: { id: string }) => ({
    id,
    name: id,
    timestamp: null,
    ra: null,
    dec: null,
    mag: null,
    score: null,
    url: null
  })
}

/** All alerts in one answer. */
export const oneBody = defineBroker({
  ...common,
  id: 'one-body',
  name: 'OneBody',
  async *fetchAlerts(_parameters, { http }) {
    yield* http.items('alerts')
  }
})

/** Alerts in pages, the last of which is empty. */
export const paged = defineBroker({
  ...common,
  id: 'paged',
  name: 'Paged',
  async *fetchAlerts(_parameters, { http }) {
    const pages = createPageMemory()
    for (let page = 1; ; page++) {
      const alerts = await Array.fromAsync(http.items('alerts', { query: { page } }))
      if (alerts.length === 0) return
      if (pages.take(alerts.map(alert => sourceOf(alert)?.text).join(), page) !== null) return
      yield* alerts
    }
  }
})

/** A list of ids first, then one answer for each. */
export const twoStep = defineBroker({
  ...common,
  id: 'two-step',
  name: 'TwoStep',
  async *fetchAlerts(_parameters, { http }) {
    const ids = await http.json('ids', Type.Array(Type.Object({ id: Type.String() })))
    for (const { id } of ids) yield await http.json(`alerts/${id}`, Type.Object({}))
  }
})

/** A module of each shape, with what a healthy broker answers to it: two alerts, in as many requests as are named. */
export const moduleShapes: readonly { readonly module: AnyBrokerModule; readonly requests: number; answer(path: string): string }[] = [
  { module: oneBody, requests: 1, answer: () => '[{"id": "a"}, {"id": "b"}]' },
  {
    module: paged,
    requests: 3,
    answer: path => ({ '/alerts?page=1': '[{"id": "a"}]', '/alerts?page=2': '[{"id": "b"}]' })[path] ?? '[]'
  },
  { module: twoStep, requests: 3, answer: path => (path === '/ids' ? '[{"id": "a"}, {"id": "b"}]' : `{"id": "${path.slice(-1)}"}`) }
]
