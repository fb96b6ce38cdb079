import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { v7 as uuidv7 } from 'uuid'
import { type Database, inPrismaTransaction, openDatabase } from '../../src/database.ts'
import type { PhotometryPoint } from '../../src/domain/photometry.ts'
import { createCurve } from '../../src/photometry/light-curve.ts'
import { recordCurve } from '../../src/photometry/record-curve.ts'
import { listPoints, movePhotometry } from '../../src/photometry/store.ts'
import { type ClaimedRun, claimRun } from '../../src/runs/queue-store.ts'
import { createRun } from '../../src/runs/store.ts'
import { pointWith } from '../helpers/curve-broker.ts'
import { createTestDatabase, silent, type TestDatabase } from '../helpers/database.ts'
import { countsOf } from '../helpers/runs.ts'
import { recordStatements } from '../helpers/statements.ts'

let files: TestDatabase
let database: Database

before(async () => {
  files = await createTestDatabase()
  database = await openDatabase({ url: files.url, log: silent })
})
after(async () => {
  await database.close()
  await files.drop()
})

async function newTarget(): Promise<string> {
  const id = uuidv7()
  await database.pool.query(`INSERT INTO "Target" (id, name, type, ra, dec) VALUES ($1, 'A target', 'SIDEREAL', 1, 1)`, [id])
  return id
}

/** Queues a run of kind photometry and claims it. */
async function claimNew(brokerId = `broker-${uuidv7()}`): Promise<ClaimedRun> {
  const caps = { alerts: null, bytes: null, seconds: null }
  const run = { kind: 'photometry', queryId: null, queryName: null, brokerId, parameters: {}, caps, createdBy: 'local' } as const
  await createRun(database.pool, run)
  return claimAgain(brokerId)
}

async function claimAgain(brokerId: string): Promise<ClaimedRun> {
  return (await claimRun(database, { brokerIds: [brokerId], kinds: ['photometry'] })) ?? assert.fail('there was no run to claim')
}

function record(run: ClaimedRun, targetId: string, points: readonly unknown[]) {
  const curve = createCurve(run.brokerId, null)
  for (const point of points) curve.add(point)
  return recordCurve(database, { run, items: [curve.build()], checkpoint: null, feedback: [], isLast: true }, targetId)
}

function list(targetId: string) {
  const everything = { band: undefined, kind: undefined, survey: undefined, after: undefined, before: undefined, behind: null }
  return listPoints(database.prisma, { targetId, ...everything }, 100_000)
}

function curveOf(count: number, values: Partial<PhotometryPoint> = {}): PhotometryPoint[] {
  return Array.from({ length: count }, (_, index) => pointWith({ sourceId: `${index}`, flux: index, ...values }))
}

const none = { new: 0, changed: 0, duplicate: 0, rejected: 0, repeated: 0 }

test('a worker that runs only alerts leaves runs of kind photometry to others', async () => {
  const { brokerId, runId } = await claimNew()
  await database.pool.query(`UPDATE "Run" SET "leaseUntil" = now() - interval '1 s' WHERE id = $1`, [runId])
  assert.equal(await claimRun(database, { brokerIds: [brokerId], kinds: ['alerts'] }), null)
  assert.equal((await claimAgain(brokerId)).attempt, 2)
})

test('a run whose worker died after it recorded, and that begins again, counts every point once', async () => {
  const targetId = await newTarget()
  await record(await claimNew(), targetId, curveOf(4))
  const first = await claimNew()
  const wrong = { ...pointWith({}), kind: 'guess' }
  const told = [...curveOf(3), ...curveOf(1, { flux: 9 }), pointWith({ sourceId: 'x' }), wrong]
  await record(first, targetId, told)
  const counts = await countsOf(database, first.runId)
  assert.deepEqual(counts, { ...none, new: 1, changed: 1, duplicate: 2, rejected: 1, repeated: 1 })

  await database.pool.query(`UPDATE "Run" SET "leaseUntil" = now() - interval '1 s' WHERE id = $1`, [first.runId])
  const second = await claimAgain(first.brokerId)
  assert.deepEqual(await record(first, targetId, told), { fenced: true })
  await record(second, targetId, [...told, pointWith({ sourceId: 'y' })])
  assert.deepEqual({ ...(await countsOf(database, first.runId)), repeated: 1 }, { ...counts, new: 2 })
  assert.equal((await list(targetId)).length, 6)
})

test('the number of statements depends on the batches of 1,000 points, not on the points', async t => {
  const targetId = await newTarget()
  const counts: number[] = []
  for (const count of [10, 1000, 3000]) {
    const run = await claimNew()
    const statements = recordStatements(t, () => true)
    await record(run, targetId, curveOf(count))
    t.mock.restoreAll()
    counts.push(statements.length)
  }
  t.diagnostic(`statements: ${counts.join(', ')}`)
  const [few = 0, batch, batches] = counts
  assert.equal(batch, few)
  assert.equal(batches, few + 2)
})

test('many brokers that tell one light curve at once neither block one another nor double a point', async () => {
  const targetId = await newTarget()
  const runs = await Promise.all(Array.from({ length: 6 }, () => claimNew()))
  const points = curveOf(3000)
  await Promise.all(runs.map((run, index) => record(run, targetId, index % 2 ? points : points.toReversed())))
  const counts = await Promise.all(runs.map(({ runId }) => countsOf(database, runId)))
  assert.equal(
    counts.reduce((sum, { new: fresh }) => sum + fresh, 0),
    3000
  )
  for (const { new: fresh, duplicate } of counts) assert.equal(fresh + duplicate, 3000)
  const stored = await list(targetId)
  assert.equal(stored.length, 3000)
  assert.ok(stored.every(({ brokerIds }) => brokerIds.length === 6))
})

test('a light curve beyond its cap is cut, and says so', async () => {
  const curve = createCurve('a', 3)
  const taken = curveOf(5).map(curve.add)
  assert.deepEqual(taken, [true, true, true, false, false])
  const run = await claimNew()
  const recorded = await recordCurve(
    database,
    { run, items: [curve.build()], checkpoint: null, feedback: [], isLast: true },
    await newTarget()
  )
  assert.ok(!recorded.fenced && recorded.truncatedBy === 'alerts' && recorded.outcomes.new === 3)
})

test('points without a source id are one when survey, kind, passband and second agree', async () => {
  const at = (timestamp: string, values: Partial<PhotometryPoint> = {}) => pointWith({ kind: 'limit', mag: 20, timestamp, ...values })
  const targetId = await newTarget()
  await record(await claimNew(), targetId, [at('2026-01-01T00:00:10.000Z'), at('2026-01-01T00:00:40.000Z')])
  const same = at('2026-01-01T00:00:10.001Z', { survey: 'lsst' })
  const others = [{ band: 'g' }, { kind: 'forced' as const }, { survey: 'ZTF' }, { survey: null }]
  const run = await claimNew()
  await record(run, targetId, [same, ...others.map(values => at('2026-01-01T00:00:10.000Z', values))])
  assert.deepEqual(await countsOf(database, run.runId), { ...none, new: 4, changed: 1 })
})

test('a light curve moves to another target, which keeps one point of each measurement with what changed last', async () => {
  const [from, to] = [await newTarget(), await newTarget()]
  await record(await claimNew('a'), to, curveOf(3, { band: 'g' }))
  await record(await claimNew('b'), from, curveOf(5, { band: 'r' }))
  await inPrismaTransaction(database, tx => movePhotometry(tx, { from, to }))
  assert.deepEqual(await list(from), [])
  const points = (await list(to)).sort((a, b) => Number(a.sourceId) - Number(b.sourceId))
  assert.deepEqual(
    points.map(({ sourceId, band, brokerIds }) => [sourceId, band, brokerIds.join()]),
    [
      ['0', 'r', 'a,b'],
      ['1', 'r', 'a,b'],
      ['2', 'r', 'a,b'],
      ['3', 'r', 'b'],
      ['4', 'r', 'b']
    ]
  )
  const again = await claimNew('b')
  await record(again, to, curveOf(5, { band: 'r' }))
  assert.deepEqual(await countsOf(database, again.runId), { ...none, duplicate: 5 })
})
