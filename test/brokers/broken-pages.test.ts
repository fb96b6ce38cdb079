import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { type AnyBrokerModule, sourceOf } from '../../src/broker-kit/index.ts'
import { alerceLsst } from '../../src/brokers/alerce-lsst/index.ts'
import { alerceZtf } from '../../src/brokers/alerce-ztf/index.ts'
import { antares } from '../../src/brokers/antares/index.ts'
import { babamul } from '../../src/brokers/babamul/index.ts'
import { finkZtf } from '../../src/brokers/fink-ztf/index.ts'
import { lasairZtf } from '../../src/brokers/lasair-ztf/index.ts'
import { mars } from '../../src/brokers/mars/index.ts'
import { scout } from '../../src/brokers/scout/index.ts'
import { failsWith, moduleAt } from '../helpers/module-run.ts'
import { startUpstream, type Upstream } from '../helpers/upstream.ts'

interface Paged {
  readonly module: AnyBrokerModule
  readonly parameters?: object
  readonly variables?: Record<string, string>
  /** The one page that there is. */
  pageOf(rows: string): string
  /** How many rows of half a page are good for anything, when the rest of it never comes. */
  readonly left?: number
}

const brokers: readonly Paged[] = [
  { module: alerceZtf, pageOf: rows => `{"items":[${rows}]}` },
  { module: alerceLsst, pageOf: rows => `{"items":[${rows}],"has_next":false}` },
  { module: mars, pageOf: rows => `{"results":[${rows}],"has_next":false}` },
  { module: antares, pageOf: rows => `{"data":[${rows}],"links":{}}` },
  {
    module: babamul,
    parameters: { survey: 'ZTF', objectId: 'ZTF25aaaaaaa' },
    variables: { BROKER_BABAMUL_API_TOKEN: 'example-token' },
    pageOf: rows => `{"data":[${rows}]}`
  },
  { module: lasairZtf, variables: { BROKER_LASAIR_ZTF_API_TOKEN: 'example-token' }, pageOf: rows => `[${rows}]` },
  { module: finkZtf, parameters: { className: 'QSO' }, pageOf: rows => `[${rows}]` },
  { module: finkZtf, parameters: { objectId: 'ZTF18aaaaaaa' }, pageOf: rows => `[${rows}]` },
  {
    module: scout,
    parameters: { orbits: false },
    // A summary without its count may hold anything.
    pageOf: rows => `{"signature":{"source":"NASA/JPL Scout API","version":"1.3"},"data":[${rows}],"count":"40"}`,
    left: 0
  }
]

const texts = Array.from({ length: 40 }, (_, index) => JSON.stringify({ oid: `ZTF20aaaaa${index}`, 'i:jd': 2_459_000 - index }))

/** Sends half a page and then breaks the connection, so many times. */
function breaking(page: string, times: number): Promise<Upstream> {
  const half = page.slice(0, page.indexOf(texts[20] ?? '') + 5)
  let left = times
  return startUpstream((_request, response) => {
    if (left-- <= 0) return void response.end(page)
    response.writeHead(200, { 'content-length': Buffer.byteLength(page) }).write(half, () => setTimeout(() => response.destroy(), 20))
  })
}

describe('a page that breaks off in the middle', () => {
  for (const { module, parameters = {}, variables = {}, pageOf, left = 20 } of brokers) {
    const name = `${module.id} ${JSON.stringify(parameters)}`
    const page = pageOf(texts.join())

    test(`${name}: is asked for again, and every row comes once`, async () => {
      await using upstream = await breaking(page, 1)
      const { raws, error } = await moduleAt(module, { url: upstream.url, variables }).read(parameters, { retries: 1 })
      assert.equal(error, null)
      assert.deepEqual(
        raws.map(raw => sourceOf(raw)?.text),
        texts
      )
      assert.equal(upstream.requests.length, 2)
    })

    test(`${name}: leaves the rows that came, when it breaks off each time`, async () => {
      await using upstream = await breaking(page, 9)
      const { raws, error } = await moduleAt(module, { url: upstream.url, variables }).read(parameters, { retries: 1 })
      assert.ok(failsWith('unreachable', /broke the connection/)(error), String(error))
      assert.deepEqual(
        raws.map(raw => sourceOf(raw)?.text),
        texts.slice(0, left)
      )
      assert.equal(upstream.requests.length, 2)
    })
  }
})
