// npm run bench follow [-- 1000]: how soon those who follow a run see an alert once it is committed, 1 and so many of them (1,000 unless told).
import { setTimeout as sleep } from 'node:timers/promises'
import { startListeners } from './helpers/listeners.ts'
import { quantile, short, table } from './helpers/measure.ts'
import { itemsOf, openRecorder, type Recorder } from './helpers/recorder.ts'
import { type BenchService, startBench } from './helpers/service.ts'
import { runOf, startBenchUpstream } from './helpers/upstream.ts'

const most = Number(process.argv[3] ?? 1000)
const alerts = 40
const upstream = await startBenchUpstream()
const bench = await startBench({ ...upstream.variables, ROLE: 'api' })
const recorder = await openRecorder(bench.pool)
const results: Record<string, number> = {}
const rows: string[][] = []

/** The run is recorded by this process and followed through another one: a worker and an api. */
async function follow({ service, post }: BenchService, { claim, record }: Recorder, listeners: number): Promise<void> {
  const { id } = await post('/v1/runs', runOf({ count: 0, first: 0, bytes: 300 }))
  const run = await claim(upstream.broker.module.id)
  const url = `${service.url}/v1/runs/${id}/alerts.ndjson?follow=true`
  await record(run, itemsOf(listeners * 1000, listeners * 1000 + 1))
  const audience = await startListeners(url, listeners)
  await audience.heard(1)
  const delays: number[] = []
  for (let sent = 1; sent <= alerts; sent++) {
    await record(run, itemsOf(listeners * 1000 + sent, listeners * 1000 + sent + 1))
    const committed = performance.timeOrigin + performance.now()
    delays.push(...(await audience.heard(sent + 1)).map(moment => moment - committed))
    await sleep(50)
  }
  audience.close()
  await post(`/v1/runs/${id}/cancellation`, {})
  const [p50, p95] = [quantile(delays, 0.5), quantile(delays, 0.95)]
  Object.assign(results, { [`${listeners} listeners p50 [ms]`]: p50, [`${listeners} listeners p95 [ms]`]: p95 })
  rows.push([`${listeners} listener${listeners === 1 ? '' : 's'}`, `${short(p50)} ms`, `${short(p95)} ms`])
}

try {
  for (const listeners of new Set([1, most])) await follow(bench, recorder, listeners)
  process.stdout.write(`PostgreSQL ${bench.postgres}, Node ${process.version}, from the answer to COMMIT until the line is read\n\n`)
  process.stdout.write(`${table(['followers', 'p50', 'p95'], rows)}\n\n${JSON.stringify({ bench: 'follow', alerts, ...results })}\n`)
} finally {
  upstream.close()
  await recorder.database.close()
  await bench.close()
}
