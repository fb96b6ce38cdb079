import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { insertAlertRows } from '../helpers/alert-rows.ts'
import { insertRun } from '../helpers/run-rows.ts'
import { type Service, startService } from '../helpers/service.ts'
import { recordStatements } from '../helpers/statements.ts'

let service: Service
before(async () => {
  service = await startService()
})
after(() => service.close())

const star = (name: string, ra: number, place: object = {}) => ({ name, type: 'SIDEREAL', ra, dec: 10, ...place })
const unknown = '019a5c1e-7d3a-7c4e-9b1f-2f6f0f7a1c11'
const countTargets = async () => (await service.database.pool.query('SELECT count(*)::int AS count FROM "Target"')).rows[0].count

interface Outcome {
  readonly outcome: string
  readonly targetId: string | null
  readonly match: { rule: string; separation: number | null; targetId: string } | null
  readonly reason: string | null
  readonly errors: { pointer: string; message: string }[]
  readonly matches: { rule: string; targetId: string; name: string }[]
}

async function batch(
  body: object,
  query = ''
): Promise<{ items: Outcome[]; created: number; linked: number; rejected: number; next: string | null }> {
  const answer = await service.post(`/v1/targets/batch${query}`, body)
  assert.equal(answer.status, 200, answer.text)
  return answer.body
}

describe('POST /v1/targets/batch of items', () => {
  it('tells of each what became of it, and why', async () => {
    const { id } = (await service.post('/v1/targets', star('SN 2024abc', 1))).body
    const answer = await batch({
      items: [
        star('New', 2),
        star('sn-2024ABC', 1.0001),
        star('Close by', 1.0003),
        star('2024abc', 3),
        { name: 'No place', type: 'SIDEREAL', ra: 4 },
        'no object',
        star('Sexagesimal', 0, { ra: '00:20:00', dec: '-00 00 01' })
      ]
    })
    assert.deepEqual(
      answer.items.map(({ outcome }) => outcome),
      ['created', 'linked', 'linked', 'rejected', 'rejected', 'rejected', 'created']
    )
    assert.deepEqual([answer.created, answer.linked, answer.rejected, answer.next], [2, 2, 3, null])
    const [made, byName, byPlace, far, placeless, text, read] = answer.items
    assert.equal((await service.get(`/v1/targets/${made?.targetId}`)).body.name, 'New')
    assert.deepEqual([byName?.targetId, byName?.match?.rule], [id, 'name'])
    assert.deepEqual([byPlace?.targetId, byPlace?.match?.rule], [id, 'position'])
    assert.match(far?.reason ?? '', /arcsec away/)
    assert.deepEqual(
      far?.matches.map(({ targetId, name }) => [targetId, name]),
      [[id, 'SN 2024abc']]
    )
    assert.deepEqual(placeless?.errors, [{ pointer: '/dec', message: 'is required' }])
    assert.equal(text?.errors[0]?.pointer, '')
    const { ra, dec } = (await service.get(`/v1/targets/${read?.targetId}`)).body
    assert.deepEqual([ra, dec], [5, -1 / 3600])
    assert.deepEqual((await service.get(`/v1/targets/${id}`)).body.aliases, ['Close by'])
  })

  it('finds doubles within itself, by name and by position', async () => {
    const { items } = await batch({
      items: [
        star('Twin', 20, { aliases: ['Zwilling'] }),
        star('TWIN', 20.001),
        star('ZWILLING', 20),
        star('Neighbour', 20.0001),
        star('neighbour', 20),
        star('Other', 21),
        star('twin', 21)
      ]
    })
    const [twin] = items
    assert.deepEqual(
      items.map(({ match }) => match?.rule ?? null),
      [null, 'name', 'name', 'position', 'name', null, null]
    )
    assert.equal(new Set(items.slice(0, 5).map(({ targetId }) => targetId)).size, 1)
    assert.equal(items[6]?.outcome, 'rejected')
    assert.deepEqual((await service.get(`/v1/targets/${twin?.targetId}`)).body.aliases, ['Zwilling', 'Neighbour'])
  })

  it('heeds onMatch and matchRadius, of the batch and of an item', async () => {
    await service.post('/v1/targets', star('Binary A', 30))
    const { items } = await batch({
      onMatch: 'reject',
      items: [
        star('Binary B', 30.0003),
        star('Binary C', 30.0003, { onMatch: 'create' }),
        star('Binary D', 30.0012, { onMatch: 'link', matchRadius: 0.5 }),
        star('Binary E', 30.0015, { onMatch: 'link', matchRadius: 5 })
      ]
    })
    assert.deepEqual(
      items.map(({ outcome, match }) => [outcome, match?.rule]),
      [
        ['rejected', undefined],
        ['created', undefined],
        ['created', undefined],
        ['rejected', undefined]
      ]
    )
    assert.equal(items[3]?.matches.length, 2)
    for (const matchRadius of [0, 61, '2']) {
      assert.equal((await service.post('/v1/targets/batch', { matchRadius, items: [star('x', 1)] })).status, 422)
    }
  })

  it('shows in a preview what it would do, and does nothing', async () => {
    const before = await countTargets()
    const items = [star('Preview', 40), star('preview', 40), star('Preview 2', 40.0001)]
    const shown = await batch({ items }, '?validateOnly=true')
    assert.equal(await countTargets(), before)
    const done = await batch({ items })
    const factsOf = (answer: typeof done) => answer.items.map(({ outcome, match }) => [outcome, match?.rule, match?.separation])
    assert.deepEqual(factsOf(shown), factsOf(done))
    const single = await service.post('/v1/targets?validateOnly=true', star('Preview 3', 41))
    assert.deepEqual([single.status, single.body.name, single.body.match], [200, 'Preview 3', null])
    assert.equal(await countTargets(), before + 1)
  })

  it('is done once for an Idempotency-Key', async () => {
    const before = await countTargets()
    const key = { 'idempotency-key': 'one batch' }
    const answers = [1, 2].map(() => service.post('/v1/targets/batch', { items: [star('Keyed', 50)] }, key))
    const [first, second] = await Promise.all(answers)
    const done = [first, second].filter(answer => answer?.status === 200)
    assert.ok(done.length >= 1)
    const again = await service.post('/v1/targets/batch', { items: [star('Keyed', 50)] }, key)
    assert.equal(again.text, done[0]?.text)
    assert.equal(await countTargets(), before + 1)
  })

  it('refuses what is no batch, and says where', async () => {
    const wrong: [object, string][] = [
      [{}, ''],
      [{ colour: 'red' }, ''],
      [{ items: [] }, '/items'],
      [{ items: Array.from({ length: 10_001 }, () => ({})) }, '/items'],
      [{ alertIds: ['x'] }, '/alertIds/0'],
      [{ items: [star('x', 1)], runId: unknown }, '/runId'],
      [{ items: [star('x', 1)], listId: unknown }, '/listId'],
      [{ runId: unknown }, '/runId'],
      [{ runId: unknown, limit: 0 }, '/limit'],
      [{ items: [star('x', 1)], colour: 'red' }, '/colour']
    ]
    for (const [body, pointer] of wrong) {
      const answer = await service.post('/v1/targets/batch', body)
      assert.equal(answer.status, 422, answer.text)
      assert.equal(answer.body.errors[0].pointer, pointer, answer.text)
    }
    const { detail } = (await service.post('/v1/targets/batch', {})).body
    assert.equal(detail, 'The body does not fit. It must have one of items, alertIds and runId.')
  })
})

describe('POST /v1/targets/batch of alerts', () => {
  it('makes targets of stored alerts, one of alerts that are the same', async () => {
    const [first, second, third, nowhere] = await insertAlertRows(service.database.pool, [
      { name: 'ZTF26a', ra: 60, dec: 1 },
      { name: 'ztf26 A', ra: 60, dec: 1 },
      { name: 'LSST 1', ra: 60.0001, dec: 1 },
      { name: 'GCN', ra: null, dec: null }
    ])
    const { items } = await batch({ alertIds: [first, second, third, first, nowhere, unknown] })
    assert.deepEqual(
      items.map(({ outcome, match }) => [outcome, match?.rule]),
      [
        ['created', undefined],
        ['linked', 'name'],
        ['linked', 'position'],
        ['linked', 'alert'],
        ['rejected', undefined],
        ['rejected', undefined]
      ]
    )
    assert.match(items[4]?.errors[0]?.message ?? '', /makes no target: ra is required/)
    assert.deepEqual(items[5]?.errors, [{ pointer: '/alertId', message: 'must be a stored alert' }])
    const { body } = await service.get(`/v1/targets/${items[0]?.targetId}/alerts`)
    assert.deepEqual(new Set(body.items.map(({ alertId }: { alertId: string }) => alertId)), new Set([first, second, third]))
  })

  it('works off a run in steps, and remembers the run and its query', async () => {
    const drafts = Array.from({ length: 5 }, (_, n) => ({ name: `Run ${n}`, ra: 70 + n, dec: 2 }))
    const alertIds = await insertAlertRows(service.database.pool, drafts)
    const run = await insertRun(service.database.pool, { alertIds, queryName: 'Bright ones' })
    const first = await batch({ runId: run.id, limit: 2 })
    assert.equal(first.items.length, 2)
    const second = await batch({ runId: run.id, limit: 2, cursor: first.next })
    const third = await batch({ runId: run.id, limit: 2, cursor: second.next })
    assert.deepEqual([second.items.length, third.items.length, third.next], [2, 1, null])
    const { body } = await service.get(`/v1/targets/${first.items[0]?.targetId}/alerts`)
    const [{ runId, queryId, queryName }] = body.items
    assert.deepEqual({ runId, queryId, queryName }, { runId: run.id, queryId: run.queryId, queryName: 'Bright ones' })
    assert.equal((await batch({ runId: run.id })).linked, 5)
    const running = await insertRun(service.database.pool, { alertIds: [], status: 'running' })
    assert.notEqual((await batch({ runId: running.id })).next, null)
  })

  it('remembers the run that brought an alert, when it is not told', async () => {
    const [alertId = ''] = await insertAlertRows(service.database.pool, [{ name: 'Found twice', ra: 80, dec: 2 }])
    const first = await insertRun(service.database.pool, { alertIds: [alertId] })
    await insertRun(service.database.pool, { alertIds: [alertId], outcome: 'duplicate' })
    const target = await service.post('/v1/targets', { alertId })
    const { body } = await service.get(`/v1/targets/${target.body.id}/alerts`)
    assert.equal(body.items[0].runId, first.id)
  })
})

describe('the cost of a batch', () => {
  it('is the same few statements for every thousand', async context => {
    const statements = recordStatements(context, ({ text }) => /"Target|pg_advisory_xact_lock/.test(text))
    const count = async (size: number, from: number) => {
      statements.length = 0
      const { created } = await batch({ items: Array.from({ length: size }, (_, n) => star(`Cost ${from + n}`, 100 + (from + n) / 100)) })
      assert.equal(created, size)
      return statements.length
    }
    const counts = [await count(1, 0), await count(1000, 1000), await count(3000, 2000)]
    context.diagnostic(JSON.stringify(counts))
    assert.deepEqual(counts, [3, 3, 7])
  })
})
