import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { type Answer, type Service, startService } from '../helpers/service.ts'
import { startUpstream, type Upstream, type UpstreamHandler } from '../helpers/upstream.ts'

const rows = Array.from({ length: 100 }, (_, index) => ({
  oid: `ZTF20${String(index).padStart(7, 'a')}`,
  meanra: index,
  meandec: 0,
  lastmjd: 59_000
}))
const page = JSON.stringify({ items: rows })

let upstream: Upstream
let service: Service
let answer: UpstreamHandler

before(async () => {
  upstream = await startUpstream((...exchange) => answer(...exchange))
  service = await startService({ variables: { BROKER_ALERCE_ZTF_BASE_URL: upstream.url }, policy: { failuresToOpen: 1000 } })
})
after(async () => {
  await service.close()
  await upstream.close()
})

async function run(caps: object = {}): Promise<Answer['body']> {
  const { body } = await service.post('/v1/runs', { brokerId: 'alerce-ztf', parameters: {}, caps }, { prefer: 'wait=30' })
  return { ...body, received: body.counts.received }
}

/** Answers a first page with all of the rows, and then fails. */
const onlyTheFirst: UpstreamHandler = (_request, response, { url }) => {
  const isFirst = new URL(url, 'http://upstream').searchParams.get('page') === '1'
  response.writeHead(isFirst ? 200 : 501).end(isFirst ? page : '')
}

test('a page that breaks off once harms nothing', async () => {
  const asked = upstream.requests.length
  let isBroken = false
  answer = (_request, response, { url }) => {
    const isFirst = new URL(url, 'http://upstream').searchParams.get('page') === '1'
    if (!isFirst || isBroken) return void response.end(isFirst ? page : '{"items":[]}')
    isBroken = true
    response.writeHead(200, { 'content-length': page.length }).write(page.slice(0, page.length / 5), () => response.destroy())
  }
  const { status, received, error } = await run()
  assert.deepEqual([status, received, error], ['succeeded', 100, null])
  assert.equal(upstream.requests.length - asked, 3)
})

test('a page that fails takes no row of the one before with it', async () => {
  answer = onlyTheFirst
  const { status, received, error } = await run()
  assert.deepEqual([status, received, error.kind], ['failed', 100, 'unreachable'])
})

test('a cap that is filled by what came is a success, whatever the next page does', async () => {
  answer = onlyTheFirst
  const { status, received, truncatedBy } = await run({ alerts: 99 })
  assert.deepEqual([status, received, truncatedBy], ['succeeded', 99, 'alerts'])
})

test('a page that comes again fails the run, which has every row all the same', async () => {
  answer = (_request, response) => void response.end(page)
  const { status, received, error } = await run()
  assert.deepEqual([status, received, error.kind], ['failed', 100, 'bad-response'])
})
