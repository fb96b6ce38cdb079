import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import fc from 'fast-check'
import { type Database, openDatabase } from '../../src/database.ts'
import { waitForEnd } from '../../src/runs/follow-run.ts'
import type { RunItem } from '../../src/runs/normalise-alert.ts'
import type { ClaimedRun } from '../../src/runs/queue-store.ts'
import { recordRun } from '../../src/runs/record-run.ts'
import { listRejections, listRunAlerts } from '../../src/runs/result-store.ts'
import { createRunReader } from '../../src/runs/run-reader.ts'
import { findRun, runOfWord } from '../../src/runs/store.ts'
import { createTestDatabase, silent, type TestDatabase } from '../helpers/database.ts'
import { alertItem, claimAgain, claimNewRun, countsOf, rejectionItem } from '../helpers/runs.ts'

let files: TestDatabase
let database: Database
/** Words of ends so far. */
const words: string[] = []

before(async () => {
  files = await createTestDatabase()
  database = await openDatabase({ url: files.url, log: silent })
  database.notifications.on('run_ended', word => words.push(word))
})
after(async () => {
  await database.close()
  await files.drop()
})

function record(run: ClaimedRun, items: RunItem[], checkpoint: string | null = null) {
  return recordRun(database, { fence: run, brokerId: run.brokerId, items, checkpoint, feedback: [] })
}

/** What a worker that died leaves behind: a run whose lease is over. */
async function endLease({ runId }: ClaimedRun) {
  await database.pool.query(`UPDATE "Run" SET "leaseUntil" = now() - interval '1 s' WHERE id = $1`, [runId])
}

test('an alert is new once, a duplicate for later runs, changed with other content, and repeated within its run', async () => {
  const first = await claimNewRun(database)
  const { brokerId } = first
  await record(first, [alertItem('a'), alertItem('b'), alertItem('a'), rejectionItem('{')])
  assert.deepEqual(await countsOf(database, first.runId), { new: 2, changed: 0, duplicate: 0, rejected: 1, repeated: 1 })

  const second = await claimNewRun(database, { brokerId })
  await record(second, [alertItem('a'), alertItem('b', 'second'), alertItem('c'), rejectionItem('{')])
  assert.deepEqual(await countsOf(database, second.runId), { new: 1, changed: 1, duplicate: 1, rejected: 1, repeated: 0 })

  const third = await claimNewRun(database, { brokerId })
  await record(third, [alertItem('b', 'second'), alertItem('b', 'third'), alertItem('b', 'third')])
  assert.deepEqual(await countsOf(database, third.runId), { new: 0, changed: 1, duplicate: 1, rejected: 0, repeated: 1 })
})

test('an old run keeps the alerts it had when they change later', async () => {
  const first = await claimNewRun(database)
  await record(first, [alertItem('a', 'first', { mag: 18 })])
  const second = await claimNewRun(database, { brokerId: first.brokerId })
  await record(second, [alertItem('a', 'second', { mag: 17 })])
  const magsOf = async (runId: string) =>
    (await listRunAlerts(database.pool, { runId, after: 0n, limit: 10 })).map(({ alert }) => alert.mag)
  assert.deepEqual(await magsOf(first.runId), [18])
  assert.deepEqual(await magsOf(second.runId), [17])
})

test('alerts and rejections are listed in the order in which they came', async () => {
  const run = await claimNewRun(database)
  await record(run, [alertItem('z'), rejectionItem('first'), alertItem('m')])
  await record(run, [alertItem('a'), rejectionItem('second')])
  const range = { runId: run.runId, after: 0n, limit: 10 }
  assert.deepEqual(
    (await listRunAlerts(database.pool, range)).map(({ position, alert }) => [position, alert.brokerAlertId]),
    [
      [1n, 'z'],
      [3n, 'm'],
      [4n, 'a']
    ]
  )
  assert.deepEqual(
    (await listRejections(database.pool, range)).map(({ position, raw }) => [position, raw]),
    [
      [2n, 'first'],
      [5n, 'second']
    ]
  )
})

test('a worker whose run was taken up by another writes nothing more', async () => {
  const run = await claimNewRun(database)
  await record(run, [alertItem('a')])
  await endLease(run)
  const successor = await claimAgain(database, run.brokerId)
  assert.equal(successor.runId, run.runId)
  assert.deepEqual(await record(run, [alertItem('late')]), { fenced: true })
  await record(successor, [alertItem('a'), alertItem('b')])
  assert.deepEqual(await countsOf(database, run.runId), { new: 2, changed: 0, duplicate: 0, rejected: 0, repeated: 0 })
})

test('what a restart meets again is no repetition, but what comes again after it is', async () => {
  const run = await claimNewRun(database)
  await record(run, [alertItem('a'), rejectionItem('{')])
  await endLease(run)
  const successor = await claimAgain(database, run.brokerId)
  await record(successor, [alertItem('a'), rejectionItem('{')])
  assert.equal((await countsOf(database, run.runId)).repeated, 0)
  await record(successor, [alertItem('a'), rejectionItem('{')])
  assert.deepEqual(await countsOf(database, run.runId), { new: 1, changed: 0, duplicate: 0, rejected: 1, repeated: 2 })
})

test('a cap counts distinct alerts, and cuts only when there is one more', async () => {
  const run = await claimNewRun(database, { caps: { alerts: 2, bytes: null, seconds: null } })
  assert.partialDeepStrictEqual(await record(run, [alertItem('a'), alertItem('a'), rejectionItem('{')]), {
    fenced: false,
    truncatedBy: null,
    room: 0
  })
  assert.partialDeepStrictEqual(await record(run, [alertItem('a')]), { fenced: false, truncatedBy: null, room: 0 })
  assert.partialDeepStrictEqual(await record(run, [alertItem('b')]), { fenced: false, truncatedBy: 'alerts', room: 0 })
  assert.deepEqual(await countsOf(database, run.runId), { new: 1, changed: 0, duplicate: 0, rejected: 1, repeated: 2 })
})

test('a cap on bytes leaves out the alert that would exceed it', async () => {
  const size = Buffer.byteLength(alertItem('a').raw)
  const run = await claimNewRun(database, { caps: { alerts: null, bytes: 2 * size, seconds: null } })
  const recorded = await record(run, [alertItem('a'), alertItem('b'), alertItem('c')])
  assert.partialDeepStrictEqual(recorded, { fenced: false, truncatedBy: 'bytes', room: null })
  assert.equal((await countsOf(database, run.runId)).new, 2)
})

test('what PostgreSQL finds hard to take is stored to the letter', async () => {
  const run = await claimNewRun(database)
  const raws = ['{"a":1e400000}', '{"a":"\\u0000"}', '{"a":"\\ud800"}', '{"quote":"\\"{},\'NULL"}', '{"é":"🔭\\\\"}', 'NULL', '']
  await record(
    run,
    raws.map((raw, index) => ({ ...alertItem(`id-${index}`), raw }))
  )
  const { rows } = await database.pool.query<{ raw: string }>(
    'SELECT raw FROM "RunAlert" JOIN "Alert" ON "Alert".id = "alertId" WHERE "RunAlert"."runId" = $1 ORDER BY position',
    [run.runId]
  )
  assert.deepEqual(
    rows.map(({ raw }) => raw),
    raws
  )
})

test('runs that receive the same alerts at once neither deadlock nor make an alert new twice', async () => {
  const { brokerId } = await claimNewRun(database)
  const runs = []
  for (let count = 0; count < 8; count++) runs.push(await claimNewRun(database, { brokerId }))
  const ids = Array.from({ length: 400 }, (_, index) => `é${index}`)
  await Promise.all(
    runs.map(async (run, index) => {
      const turned = [...ids.slice(index * 50), ...ids.slice(0, index * 50)]
      await record(
        run,
        turned.map(id => alertItem(id))
      )
      await record(
        run,
        turned.toReversed().map(id => alertItem(id, 'second'))
      )
    })
  )
  const counts = await Promise.all(runs.map(({ runId }) => countsOf(database, runId)))
  const sum = (key: 'new' | 'changed' | 'duplicate') => counts.reduce((total, count) => total + count[key], 0)
  assert.equal(sum('new'), 400)
  assert.equal(sum('new') + sum('changed') + sum('duplicate'), 8 * 800)
})

test('however items come, in whatever batches and attempts, the counts add up and match the rows', async () => {
  const item = fc.oneof(
    fc.tuple(fc.constantFrom('a', 'b', 'c', 'd'), fc.constantFrom('1', '2')).map(([id, content]) => alertItem(id, content)),
    fc.constantFrom('{', '[', 'x').map(raw => rejectionItem(raw))
  )
  const batches = fc.array(fc.record({ items: fc.array(item, { maxLength: 8 }), dies: fc.boolean() }), { minLength: 1, maxLength: 5 })
  await fc.assert(
    fc.asyncProperty(batches, async script => {
      let run = await claimNewRun(database)
      for (const { items, dies } of script) {
        await record(run, items)
        if (!dies) continue
        await endLease(run)
        run = await claimAgain(database, run.brokerId)
      }
      const counts = await countsOf(database, run.runId)
      const distinct = new Set(script.flatMap(({ items }) => items.map(({ itemHash }) => itemHash.toString('hex'))))
      assert.equal(counts.new + counts.changed + counts.duplicate + counts.rejected, distinct.size)
      const range = { runId: run.runId, after: 0n, limit: 100 }
      const alerts = await listRunAlerts(database.pool, range)
      const rejections = await listRejections(database.pool, range)
      assert.equal(alerts.length, counts.new + counts.changed + counts.duplicate)
      assert.equal(rejections.length, counts.rejected)
      const positions = [...alerts, ...rejections].map(({ position }) => Number(position)).sort((a, b) => a - b)
      assert.deepEqual(
        positions,
        positions.map((_, index) => index + 1)
      )
    }),
    { numRuns: 60 }
  )
})

/** Records the last batch of a run; answers the word of its end. */
async function wordOfEnd(run: ClaimedRun, feedback: readonly string[]): Promise<string> {
  const items = [alertItem(run.runId, 'last', { timestamp: '2026-01-01T00:00:00.123Z' })]
  await recordRun(database, { fence: run, brokerId: run.brokerId, items, checkpoint: 'end', feedback, isLast: true })
  for (;;) {
    const word = words.find(heard => heard.startsWith(run.runId))
    if (word !== undefined) return word
    await sleep(5)
  }
}

test('the word of the end of a run tells the run as it is stored', async () => {
  const run = await claimNewRun(database, { caps: { alerts: 10, bytes: 2 ** 40, seconds: 60 } })
  const word = await wordOfEnd(run, ['It was “said”, once\nor twice.'])
  const row = await findRun(database.pool, run.runId)
  assert.deepEqual([row?.status, row?.newCount, row?.lastPosition], ['succeeded', 1, 1n])
  assert.deepEqual(runOfWord(word), row)
})

test('the end of a run that is too long for a word is told all the same, and the run is read', async () => {
  const run = await claimNewRun(database)
  const feedback = Array.from({ length: 20 }, (_, index) => `${index} ${'é'.repeat(500)}`)
  const waiting = waitForEnd(createRunReader(database), { runId: run.runId, signal: AbortSignal.timeout(20_000) })
  const word = await wordOfEnd(run, feedback)
  assert.deepEqual([word, runOfWord(word)], [run.runId, null])
  const ended = await waiting
  assert.deepEqual([ended?.status, ended?.feedback], ['succeeded', feedback])
})
