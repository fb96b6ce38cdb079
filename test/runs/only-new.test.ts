import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { mjdToIso } from '../../src/broker-kit/index.ts'
import { pagedBroker } from '../helpers/paged-broker.ts'
import { comeDue } from '../helpers/schedules.ts'
import { type Answer, type Service, startService } from '../helpers/service.ts'
import { startUpstream, type Upstream, type UpstreamAnswer } from '../helpers/upstream.ts'

let upstream: Upstream
let service: Service
/** Modified Julian dates of the alerts that the stand-in has [day]. */
let dates: readonly (number | string)[] = []
let failing: UpstreamAnswer | null = null
let beforeAnswer = async () => {}
let lastAlert = 0

before(async () => {
  upstream = await startUpstream({
    'GET /alerts': async (_request, url) => {
      await beforeAnswer()
      const page = Number(url.searchParams.get('page'))
      const alerts = dates.slice(2 * page - 2, 2 * page).map(mjd => ({ id: String(++lastAlert), name: 'A', mjd, ra: 0, dec: 0 }))
      return failing ?? { body: { data: { alerts } } }
    }
  })
  const variables = { BROKER_PAGED_BROKER_BASE_URL: upstream.url, BROKER_PAGED_BROKER_API_TOKEN: 'example-token' }
  service = await startService({ modules: [pagedBroker], variables })
})
after(async () => {
  await service.close()
  await upstream.close()
})
beforeEach(() => {
  failing = null
  beforeAnswer = async () => {}
})

async function save(more: object = {}): Promise<string> {
  const { body, status, text } = await service.post('/v1/queries', {
    name: 'A',
    brokerId: 'paged-broker',
    parameters: { name: 'A' },
    ...more
  })
  assert.equal(status, 201, text)
  return body.id
}

/** Runs a query to its end. */
async function run(queryId: string, body: object = {}): Promise<Answer['body']> {
  const answer = await service.post(`/v1/queries/${queryId}/runs`, body, { prefer: 'wait=30' })
  assert.equal(answer.status, 200, answer.text)
  return answer.body
}

async function newestOf(queryId: string): Promise<string | null> {
  return (await service.get(`/v1/queries/${queryId}`)).body.newestAlertAt
}

/** What the newest request asked to be newer than [MJD]; null for everything. */
function lastSince(): number | null {
  const since = new URL(upstream.requests.at(-1)?.url ?? '', upstream.url).searchParams.get('since')
  return since === null ? null : Number(since)
}

describe('a run of only what is new', () => {
  test('asks for what is newer than the newest alert so far, less a day', async () => {
    const id = await save()
    dates = [60_000, 60_010.5, 60_005]
    assert.equal((await run(id, { onlyNew: true })).newerThan, null)
    assert.equal(lastSince(), null)
    assert.equal(await newestOf(id), mjdToIso(60_010.5))
    const second = await run(id, { onlyNew: true })
    assert.equal(second.newerThan, mjdToIso(60_009.5))
    assert.equal(lastSince(), 60_009.5)
    assert.equal((await run(id)).newerThan, null)
    assert.equal(lastSince(), null)
  })

  test('never goes back, nor forth by runs that have no alerts', async () => {
    const id = await save()
    for (const mjds of [[60_010], [60_002], []]) {
      dates = mjds
      await run(id)
      assert.equal(await newestOf(id), mjdToIso(60_010))
    }
  })

  test('does not go by runs that were cut, failed or were cancelled: they may not have seen older alerts', async () => {
    const id = await save()
    dates = [60_001, 60_003]
    assert.equal((await run(id, { caps: { alerts: 1 } })).truncated, true)
    assert.equal(await newestOf(id), null)
    failing = { status: 403 }
    assert.equal((await run(id)).status, 'failed')
    failing = null
    const stalled = Promise.withResolvers<void>()
    beforeAnswer = () => stalled.promise
    const { body } = await service.post(`/v1/queries/${id}/runs`)
    await service.post(`/v1/runs/${body.id}/cancellation`)
    stalled.resolve()
    assert.equal(await newestOf(id), null)
  })

  test('is not misled by an alert from the future', async () => {
    const id = await save()
    dates = [60_001, 99_000]
    const { startedAt } = await run(id)
    assert.equal(await newestOf(id), startedAt)
  })

  test('begins anew when other parameters are asked for, also when a run of the old ones ends after that', async () => {
    const id = await save()
    dates = [60_001]
    await run(id)
    const edit = (name: string) => service.patch(`/v1/queries/${id}`, { parameters: { name } }, { 'if-match': '*' })
    assert.equal((await edit('B')).body.newestAlertAt, null)
    beforeAnswer = async () => void (await edit('C'))
    await run(id)
    assert.equal(await newestOf(id), null)
    beforeAnswer = async () => {}
    assert.equal((await run(id, { onlyNew: true })).newerThan, null)
    assert.equal(await newestOf(id), mjdToIso(60_001))
  })

  test('is what a schedule asks for when it says so', async () => {
    const id = await save({ schedule: { cron: '0 0 1 1 *', timeZone: 'UTC', onlyNew: true } })
    dates = [60_020]
    for (const newerThan of [null, mjdToIso(60_019)]) {
      const dueAt = await comeDue(service.database, id)
      const scheduled = await untilEnded(id, dueAt)
      assert.partialDeepStrictEqual(scheduled, { status: 'succeeded', scheduledFor: dueAt.toISOString(), newerThan })
    }
    assert.equal(lastSince(), 60_019)
  })
})

async function untilEnded(queryId: string, dueAt: Date): Promise<Answer['body']> {
  for (;;) {
    const { body } = await service.get(`/v1/queries/${queryId}/runs`)
    const [newest] = body.items
    if (newest?.scheduledFor === dueAt.toISOString() && newest.finishedAt !== null) return newest
    await sleep(20)
  }
}
