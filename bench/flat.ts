// npm run bench flat [-- 2000000]: whether storing and finding alerts takes as long with many stored as with few, up to so many (2,000,000 unless told).
import { findAlert, listAlerts } from '../src/alerts/store.ts'
import { once, quantile, short, table, time } from './helpers/measure.ts'
import { itemsOf, openRecorder } from './helpers/recorder.ts'
import { startBench } from './helpers/service.ts'
import { placeOf } from './helpers/sky-rows.ts'
import { runOf, startBenchUpstream } from './helpers/upstream.ts'

const most = Number(process.argv[3] ?? 2_000_000)
const batch = 1000
const everything = { brokerId: undefined, objectId: undefined, name: undefined, cone: null, before: null }
const upstream = await startBenchUpstream()
const bench = await startBench({ ...upstream.variables, ROLE: 'api' })
const recorder = await openRecorder(bench.pool)
const { pool } = recorder.database
const steps: { stored: number; perAlert: number; byId: number; byObject: number; byCone: number }[] = []

async function measure(stored: number, perAlert: number): Promise<void> {
  // What is still to be written to disk would be measured with what is read.
  for (const upkeep of ['CHECKPOINT', 'ANALYZE "Alert"']) await pool.query(upkeep)
  const any = () => Math.floor(Math.random() * stored)
  const [{ id = '' } = {}] = await listAlerts(pool, { ...everything, objectId: `object-${any()}` }, 1)
  const byId = await time(300, () => findAlert(pool, id))
  const byObject = await time(300, () => listAlerts(pool, { ...everything, objectId: `object-${any()}` }, 100))
  const byCone = await time(300, () => listAlerts(pool, { ...everything, cone: { ...placeOf(any(), 1e8), radius: 5 } }, 100))
  steps.push({ stored, perAlert, byId: byId.p50, byObject: byObject.p50, byCone: byCone.p50 })
}

try {
  await bench.post('/v1/runs', runOf({ count: 0, first: 0, bytes: 300 }))
  const run = await recorder.claim(upstream.broker.module.id)
  const marks = [most / 20, most / 4, most / 2, most].map(Math.round)
  let recent: number[] = []
  for (let stored = 0; stored < most; ) {
    const items = itemsOf(stored, Math.min(stored + batch, most))
    recent.push((await once(() => recorder.record(run, items))) / items.length)
    stored += items.length
    if (!marks.includes(stored)) continue
    await measure(stored, quantile(recent, 0.5))
    recent = []
  }
  const first = steps[0]
  const last = steps.at(-1)
  if (!first || !last) throw new Error('Nothing was measured.')
  const rows = steps.map(({ stored, perAlert, byId, byObject, byCone }) => [
    String(stored),
    `${short(perAlert * 1000)} us`,
    ...[byId, byObject, byCone].map(milliseconds => `${short(milliseconds)} ms`)
  ])
  rows.push(['last / first', ...(['perAlert', 'byId', 'byObject', 'byCone'] as const).map(key => short(last[key] / first[key]))])
  process.stdout.write(`PostgreSQL ${bench.postgres}, Node ${process.version}, alerts of 300 bytes\n\n`)
  process.stdout.write(`${table(['stored', 'store one', 'find by id', 'list an object', 'cone of 5 arcsec'], rows)}\n\n`)
  process.stdout.write(`${JSON.stringify({ bench: 'flat', steps })}\n`)
} finally {
  upstream.close()
  await recorder.database.close()
  await bench.close()
}
