import type { Scenario } from '../../src/broker-kit/conformance/index.ts'
import { parameterTable, type Subject } from '../../src/broker-kit/conformance/index.ts'
import {
  BrokerError,
  ConeSearch,
  createPageMemory,
  defineBroker,
  Identifier,
  isoToMjd,
  Mjd,
  mjdToIso,
  Nullable,
  type PhotometryPoint,
  sourceOf,
  Type
} from '../../src/broker-kit/index.ts'

const pageSize = 2
const Points = Type.Object({ points: Type.Array(Type.Object({ id: Identifier, mjd: Mjd, mag: Nullable(Type.Number()) })) })

/** A made-up broker that keeps the whole contract: pages, a token, a secret, single alerts, light curves, checkpoints. */
export const pagedBroker = defineBroker({
  id: 'paged-broker',
  name: 'PagedBroker',
  docs: 'https://paged.example/docs',
  baseUrl: 'https://paged.example/api/v2/',
  surveys: ['LSST'],
  scoreDescription: 'How real the detection is, 0 to 1.',
  parameters: Type.Object(
    {
      cone: Type.Optional(ConeSearch),
      name: Type.Optional(Type.String({ description: 'Name of the object.', examples: ['A'] })),
      magMax: Type.Optional(Type.Number({ description: 'Faintest magnitude wanted [mag].', examples: [20.5], default: 22 }))
    },
    { additionalProperties: false }
  ),
  check: ({ name, cone }) => (name !== undefined && cone !== undefined ? [{ pointer: '/name', message: 'must not come with a cone' }] : []),
  settings: Type.Object({
    apiToken: Type.String({ writeOnly: true, description: 'Token from your profile page.' }),
    pages: Type.Optional(Type.Integer({ description: 'Most pages to read [count].' }))
  }),
  alert: Type.Object({
    id: Identifier,
    name: Type.String(),
    mjd: Mjd,
    ra: Type.Number(),
    dec: Type.Number(),
    mag: Type.Optional(Nullable(Type.Number()))
  }),

  async *fetchAlerts({ cone, name, magMax }, { http, settings, newerThan, resumeFrom, checkpoint, feedback }) {
    const headers = { authorization: `Token ${settings.apiToken}` }
    const since = newerThan === null ? undefined : isoToMjd(newerThan)
    const pages = createPageMemory()
    let count = 0
    for (let page = Number(resumeFrom ?? 1); page <= (settings.pages ?? 100); page++) {
      let onPage = 0
      for await (const item of http.items('alerts', { query: { ...cone, name, magMax, since, page }, headers, at: ['data', 'alerts'] })) {
        if (onPage++ === 0 && pages.take(sourceOf(item)?.text ?? '', page) !== null) {
          throw new BrokerError('bad-response', `PagedBroker answered a page again as page ${page}.`)
        }
        yield item
      }
      count += onPage
      if (onPage < pageSize) break
      checkpoint(String(page + 1))
    }
    if (count === 0) feedback('Nothing matches.')
  },

  toGenericAlert({ id, name, mjd, ra, dec, mag }) {
    const url = `https://paged.example/alerts/${encodeURIComponent(String(id).toWellFormed())}`
    return { id: String(id), name, timestamp: mjdToIso(mjd), ra, dec, mag: mag ?? null, score: null, url }
  },

  async probe({ http, settings }) {
    await http.json('account', Type.Object({ user: Type.String() }), { headers: { authorization: `Token ${settings.apiToken}` } })
  },

  async fetchAlert(id, { http, settings }) {
    const headers = { authorization: `Token ${settings.apiToken}` }
    return http.json(`alerts/${encodeURIComponent(id)}`, Type.Object({ id: Identifier }), { headers })
  },

  async *fetchPhotometry(objectId, { http, settings }) {
    const headers = { authorization: `Token ${settings.apiToken}` }
    const { points } = await http.json('photometry', Points, { json: { objectId }, headers })
    for (const { id, mjd, mag } of points.toSorted((a, b) => a.mjd - b.mjd)) yield pointOf(String(id), mjdToIso(mjd), mag)
  }
})

function pointOf(sourceId: string, timestamp: string, mag: number | null): PhotometryPoint {
  return {
    sourceId,
    timestamp,
    kind: 'detection',
    survey: 'LSST',
    telescope: null,
    band: 'r',
    mag,
    magError: null,
    flux: null,
    fluxError: null
  }
}

const token = 'example-token-1234'
const requestHeaders = { authorization: `Token ${token}` }
const alert = (id: string, name: string, ra: number) =>
  `{"id": ${id}, "name": "${name}", "mjd": 60000.5, "ra": ${ra}, "dec": 0, "mag": 1.95e1, "extra": {"b": null}}`
const page = (...alerts: string[]) => `{"data": {"alerts": [${alerts.join(', ')}]}, "took": 3}`
const generic = (id: string, name: string, ra: number) => ({
  id,
  name,
  timestamp: '2023-02-25T12:00:00.000Z',
  ra,
  dec: 0,
  mag: 19.5,
  score: null,
  url: `https://paged.example/alerts/${id}`
})

const twoPages: Scenario = {
  parameters: { cone: { ra: 0, dec: 0, radius: 5 }, magMax: 20.5 },
  settings: { apiToken: token },
  exchanges: [
    {
      path: 'alerts?ra=0&dec=0&radius=5&magMax=20.5&page=1',
      requestHeaders,
      text: page(alert('1', 'A', 0), alert('170587116732416143', 'B', 1))
    },
    { path: 'alerts?ra=0&dec=0&radius=5&magMax=20.5&page=2', requestHeaders, text: page(alert('3', 'C', 2)) },
    { path: 'alerts/170587116732416143', requestHeaders, text: alert('170587116732416143', 'B', 1) },
    { path: 'account', requestHeaders, text: '{"user": "somebody"}' },
    {
      method: 'POST',
      path: 'photometry',
      requestHeaders,
      requestBody: { objectId: 'B' },
      text: '{"points": [{"id": 3470490460915015043, "mjd": 60001, "mag": 20}, {"id": 3470490460915015042, "mjd": 60000, "mag": null}]}'
    }
  ],
  alerts: [generic('1', 'A', 0), generic('170587116732416143', 'B', 1), '3'],
  checkpoints: ['2'],
  probe: true,
  fetchAlert: [{ id: '170587116732416143', alert: generic('170587116732416143', 'B', 1) }],
  photometry: [
    {
      objectId: 'B',
      points: [
        pointOf('3470490460915015042', '2023-02-25T00:00:00.000Z', null),
        pointOf('3470490460915015043', '2023-02-26T00:00:00.000Z', 20)
      ]
    }
  ]
}

const nothing: Scenario = {
  parameters: { name: 'nobody' },
  settings: { apiToken: token, pages: 1 },
  newerThan: '2023-02-25T12:00:00Z',
  exchanges: [{ path: 'alerts?name=nobody&since=60000.5&page=1', requestHeaders, text: page() }],
  alerts: [],
  feedback: ['Nothing matches.']
}

const readme = `# PagedBroker

## What it is

A made-up broker.

## Parameters

${parameterTable(pagedBroker)}

## Credentials

BROKER_PAGED_BROKER_API_TOKEN, and BROKER_PAGED_BROKER_PAGES.

## Limits

None.

## Checked against

Nothing.

## Known gaps

It does not exist.
`

/** The made-up broker with all that belongs to it. */
export const pagedSubject: Subject = {
  module: pagedBroker,
  folder: '/somewhere/paged-broker',
  readme,
  scenarios: { 'two-pages': twoPages, nothing }
}
