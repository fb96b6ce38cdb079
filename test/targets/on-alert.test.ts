import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { deliverSome } from '../../src/outbox/deliver.ts'
import { claimDeliveries } from '../../src/outbox/store.ts'
import { targetsOnAlert } from '../../src/targets/on-alert/make-targets.ts'
import { silent } from '../helpers/database.ts'
import { pagedBroker } from '../helpers/paged-broker.ts'
import { type Answer, type Service, startService } from '../helpers/service.ts'
import { startUpstream, type Upstream } from '../helpers/upstream.ts'

interface Raw {
  readonly id: string
  readonly name: string
  readonly mag: number | null
  readonly ra: number
  readonly dec: number
}

let upstream: Upstream
let service: Service
let alerts: readonly Raw[] = []
let lastPlace = 0

before(async () => {
  upstream = await startUpstream({
    'GET /alerts': (_request, url) => {
      const page = Number(url.searchParams.get('page'))
      const items = alerts.slice(2 * page - 2, 2 * page).map(alert => ({ mjd: 60_000, ...alert }))
      return { body: { data: { alerts: items } } }
    }
  })
  const variables = { BROKER_PAGED_BROKER_BASE_URL: upstream.url, BROKER_PAGED_BROKER_API_TOKEN: 'example-token' }
  service = await startService({ modules: [pagedBroker], variables })
})
after(async () => {
  await service.close()
  await upstream.close()
})

/** An alert at a place where there is no other. */
function alert(name: string, mag: number | null = 18, id = name): Raw {
  lastPlace++
  return { id, name, mag, ra: lastPlace % 360, dec: Math.floor(lastPlace / 360) }
}

async function save(createTargets?: object): Promise<string> {
  const onAlert = createTargets && { onAlert: { createTargets } }
  const answer = await service.post('/v1/queries', { name: 'A', brokerId: 'paged-broker', parameters: {}, ...onAlert })
  assert.equal(answer.status, 201, answer.text)
  return answer.body.id
}

/** Runs a query to its end, and waits until what it set off is settled; answers that, oldest first. */
async function run(queryId: string): Promise<Answer['body'][]> {
  const answer = await service.post(`/v1/queries/${queryId}/runs`, {}, { prefer: 'wait=30' })
  assert.equal(answer.body.status, 'succeeded', answer.text)
  return settled(queryId)
}

async function settled(queryId: string): Promise<Answer['body'][]> {
  for (;;) {
    const pending = await service.get(`/v1/queries/${queryId}/targets?outcome=pending`)
    if (pending.body.items.length === 0) break
    await sleep(20)
  }
  return (await service.get(`/v1/queries/${queryId}/targets?limit=500`)).body.items.toReversed()
}

const outcomesOf = (items: Answer['body'][]) => items.map(({ objectKey, outcome }) => [objectKey, outcome])

describe('alerts that meet the conditions of their query', () => {
  test('become targets in a list, which know where they come from', async () => {
    const queryId = await save({ when: { mag: { max: 18 } }, listName: 'Bright ones' })
    alerts = [alert('bright', 17.5), alert('faint', 18.5), alert('unknown', null), alert('at the limit', 18)]
    const items = await run(queryId)
    assert.deepEqual(outcomesOf(items), [
      ['bright', 'created'],
      ['at the limit', 'created']
    ])
    for (const { targetId, alertId, runId, objectKey, detail, settledAt } of items) {
      const target = (await service.get(`/v1/targets/${targetId}`)).body
      assert.deepEqual([target.name, target.createdBy, detail, settledAt !== null], [objectKey, 'local', null, true])
      const [source] = (await service.get(`/v1/targets/${targetId}/alerts`)).body.items
      assert.partialDeepStrictEqual(source, { alertId, runId, queryId })
    }
    const [list] = (await service.get('/v1/target-lists?name=Bright ones')).body.items
    assert.equal(list.size, 2)
  })

  test('become targets once for each query and object, whatever happens to the target', async () => {
    const queryId = await save({})
    alerts = [alert('once', 19, 'once-1')]
    const [item] = await run(queryId)
    assert.equal((await service.delete(`/v1/targets/${item.targetId}`, { 'if-match': '*' })).status, 204)
    alerts = [alert('once', 18, 'once-1'), alert('once', 17, 'once-2')]
    assert.deepEqual(await run(queryId), [item])
    assert.equal((await service.get('/v1/targets?name=once')).body.items.length, 0)
  })

  test('act when the alert changes so that it meets them, and not before', async () => {
    const queryId = await save({ when: { mag: { max: 16 } } })
    const rising = alert('rising', 19)
    alerts = [rising]
    assert.deepEqual(await run(queryId), [])
    alerts = [{ ...rising, mag: 15 }]
    assert.deepEqual(outcomesOf(await run(queryId)), [['rising', 'created']])
  })

  test('count when another query received them first, but not when they were there before the query said what to do', async () => {
    const [first, second] = [await save(), await save({})]
    const shared = alert('shared')
    alerts = [shared]
    await run(first)
    assert.deepEqual(outcomesOf(await run(second)), [['shared', 'created']])
    await service.patch(`/v1/queries/${first}`, { onAlert: { createTargets: { onMatch: 'link' } } }, { 'if-match': '*' })
    assert.deepEqual(await run(first), [])
    alerts = [{ ...shared, mag: 12 }]
    assert.deepEqual(outcomesOf(await run(first)), [['shared', 'linked']])
  })

  test('make no target where that is not clear, and say so', async () => {
    const place = alert('')
    const near = { ra: place.ra, dec: place.dec + 0.5 }
    for (const [index, name] of ['left', 'right'].entries()) {
      const dec = near.dec + (index === 0 ? 1 : -1) / 3600
      assert.equal((await service.post('/v1/targets', { name, type: 'SIDEREAL', ra: near.ra, dec, matchRadius: 0.1 })).status, 201)
    }
    const [ambiguous, known] = [{ ...alert('between'), ...near }, alert('left')]
    alerts = [ambiguous, known]
    const queryId = await save({})
    const items = await run(queryId)
    assert.deepEqual(outcomesOf(items), [
      ['between', 'refused'],
      ['left', 'refused']
    ])
    assert.match(items[0].detail, /More than one target matches.*It is like left, right\./)
    assert.match(items[1].detail, /arcsec away/)
    assert.deepEqual(outcomesOf((await service.get(`/v1/queries/${queryId}/targets?outcome=refused&limit=1`)).body.items), [
      ['left', 'refused']
    ])
    const taken = await save({ onMatch: 'reject' })
    assert.deepEqual(outcomesOf(await run(taken)), [
      ['between', 'refused'],
      ['left', 'refused']
    ])
    const narrow = await save({ matchRadius: 0.5 })
    alerts = [ambiguous]
    assert.deepEqual(outcomesOf(await run(narrow)), [['between', 'created']])
  })

  test('are forgotten with their query, but not the targets', async () => {
    const queryId = await save({})
    alerts = [alert('kept')]
    const [{ targetId }] = await run(queryId)
    assert.equal((await service.delete(`/v1/queries/${queryId}`, { 'if-match': '*' })).status, 204)
    assert.equal((await service.get(`/v1/queries/${queryId}/targets`)).status, 404)
    assert.equal((await service.post(`/v1/queries/${queryId}/targets/retry`)).status, 404)
    assert.equal((await service.get(`/v1/targets/${targetId}`)).status, 200)
    assert.equal(await service.database.prisma.queryTarget.count({ where: { queryId } }), 0)
  })

  test('of a run without a query set off nothing', async () => {
    alerts = [alert('loner')]
    await service.post('/v1/runs', { brokerId: 'paged-broker', parameters: {} }, { prefer: 'wait=30' })
    assert.equal(await service.database.prisma.outbox.count(), 0)
    assert.equal((await service.get('/v1/targets?name=loner')).body.items.length, 0)
  })
})

describe('a delivery', () => {
  const options = () => ({ database: service.database, topic: targetsOnAlert({ registry: service.registry, matchRadius: 2 }), log: silent })
  const due = () => service.database.pool.query(`UPDATE "Outbox" SET "dueAt" = now() - interval '1 s' WHERE "dueAt" IS NOT NULL`)

  /** Makes PostgreSQL refuse a target of this name; answers how it takes it again. */
  async function poison(name: string) {
    await service.database.pool.query(`
      CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'it is poisonous'; END $$;
      CREATE TRIGGER refuse BEFORE INSERT ON "Target" FOR EACH ROW WHEN (NEW.name = '${name}') EXECUTE FUNCTION refuse()`)
    return () => service.database.pool.query('DROP TRIGGER refuse ON "Target"; DROP FUNCTION refuse')
  }

  test('that fails keeps no other from being made, is tried again, parked with its error in the end, and can be tried anew', async () => {
    const queryId = await save({})
    const cure = await poison('bad apple')
    alerts = [alert('good apple'), alert('bad apple'), alert('better apple')]
    await service.post(`/v1/queries/${queryId}/runs`, {}, { prefer: 'wait=30' })
    for (let attempts = 0; attempts < 8; ) {
      await due()
      await deliverSome(options())
      attempts = (await service.database.prisma.outbox.findFirst())?.attempts ?? 0
    }
    const items = await settled(queryId)
    assert.deepEqual(outcomesOf(items).sort(), [
      ['bad apple', 'failed'],
      ['better apple', 'created'],
      ['good apple', 'created']
    ])
    const failed = items.find(({ outcome }) => outcome === 'failed')
    assert.match(failed.detail, /it is poisonous/)
    const row = await service.database.prisma.outbox.findFirst()
    assert.deepEqual([row?.id, row?.dueAt, row?.error], [failed.id, null, failed.detail])
    await due()
    assert.equal(await deliverSome(options()), false)
    assert.match((await service.get('/metrics')).text, /tom_outbox_deliveries\{topic="create-target",status="parked"\} 1/)

    await cure()
    const retry = await service.post(`/v1/queries/${queryId}/targets/retry`)
    assert.deepEqual([retry.status, retry.body], [202, { retried: 1 }])
    assert.equal((await settled(queryId)).find(({ id }) => id === failed.id).outcome, 'created')
    assert.deepEqual((await service.post(`/v1/queries/${queryId}/targets/retry`)).body, { retried: 0 })
    assert.equal(await service.database.prisma.outbox.count(), 0)
  })

  test('that ends its process each time is parked as well', async () => {
    const { prisma } = service.database
    const id = '019a5c1e-7d3a-7c4e-9b1f-2f6f0f7a1c99'
    const payload = { alertId: id, runId: id, caller: 'local' }
    await prisma.outbox.create({ data: { id, topic: 'create-target', payload, attempts: 8 } })
    while ((await prisma.outbox.findUnique({ where: { id } }))?.dueAt !== null) await sleep(20)
    assert.match((await prisma.outbox.findUnique({ where: { id } }))?.error ?? '', /The process that worked on it died/)
    await prisma.outbox.delete({ where: { id } })
  })

  test('that nobody understands is parked, and never dropped', async () => {
    const { prisma } = service.database
    const id = '019a5c1e-7d3a-7c4e-9b1f-2f6f0f7a1c98'
    await prisma.outbox.create({ data: { id, topic: 'create-target', payload: { apple: 1 }, attempts: 7 } })
    while ((await prisma.outbox.findUnique({ where: { id } }))?.dueAt !== null) await sleep(20)
    assert.match((await prisma.outbox.findUnique({ where: { id } }))?.error ?? '', /does not say what is to become a target/)
    await prisma.outbox.delete({ where: { id } })
  })

  test('that somebody else has taken up since is left to them', async () => {
    const { prisma } = service.database
    const id = '019a5c1e-7d3a-7c4e-9b1f-2f6f0f7a1c97'
    const topic = { ...options().topic, name: 'test' }
    await prisma.outbox.create({ data: { id, topic: 'test', payload: {} } })
    const claimed = await Promise.all(Array.from({ length: 5 }, () => claimDeliveries(prisma, { topic: 'test', limit: 5 })))
    assert.equal(claimed.flat().length, 1)
    await due()
    let taken: number | undefined
    const deliver = async (_: unknown, deliveries: readonly unknown[]) => {
      taken ??= deliveries.length
    }
    await deliverSome({
      ...options(),
      topic: {
        ...topic,
        groupOf: () => 'all',
        repeat: async transaction => {
          await prisma.outbox.update({ where: { id }, data: { attempts: 7 } })
          return transaction()
        },
        deliver
      }
    })
    assert.equal(taken, 0)
    assert.equal(await prisma.outbox.count({ where: { id } }), 1)
    await prisma.outbox.delete({ where: { id } })
  })
})
