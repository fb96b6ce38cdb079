// npm run bench overhead [-- 1000]: what a run of one alert takes beyond the bare call of its broker, so many times (1000 unless told).
import { once, quantile, short, table } from './helpers/measure.ts'
import { startBench } from './helpers/service.ts'
import { runOf, startBenchUpstream } from './helpers/upstream.ts'

const times = Number(process.argv[3] ?? 1000)
/** A service runs for days: its code is compiled well by then [count]. */
const warmings = 1000
const upstream = await startBenchUpstream()
const bench = await startBench({ ...upstream.variables, BROKER_BENCH_LSST_MAX_REQUESTS: '100000/1' })

async function call(first: number): Promise<void> {
  const response = await fetch(`${upstream.url}alerts.json?count=1&first=${first}&bytes=2500`)
  JSON.parse(await response.text())
}

async function run(first: number): Promise<void> {
  const response = await fetch(`${bench.service.url}/v1/runs`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', prefer: 'wait=30' },
    body: JSON.stringify(runOf({ count: 1, first, bytes: 2500 }))
  })
  const { status, counts } = JSON.parse(await response.text())
  if (status !== 'succeeded' || counts.new !== 1) throw new Error(`The run ${status}: ${JSON.stringify(counts)}`)
}

try {
  for (let warming = 0; warming < warmings; warming++) await run(1_000_000 + warming)
  const [bare, whole]: [number[], number[]] = [[], []]
  // In turns, so that whatever else the machine does is the same for both.
  for (let first = 0; first < times; first++) {
    bare.push(await once(() => call(first)))
    whole.push(await once(() => run(first)))
  }
  const rows: string[][] = []
  const results: Record<string, number> = {}
  for (const [label, share] of [
    ['p50', 0.5],
    ['p95', 0.95]
  ] as const) {
    const [ofCall, ofRun] = [quantile(bare, share), quantile(whole, share)]
    Object.assign(results, { [`call ${label} [ms]`]: ofCall, [`run ${label} [ms]`]: ofRun, [`more ${label} [ms]`]: ofRun - ofCall })
    rows.push([
      label,
      `${short(ofCall)} ms`,
      `${short(ofRun)} ms`,
      `${short(ofRun - ofCall)} ms more${label === 'p95' ? '; wanted: at most 10' : ''}`
    ])
  }
  process.stdout.write(`PostgreSQL ${bench.postgres}, Node ${process.version}, ${times} times\n\n`)
  process.stdout.write(
    `${table(['', 'bare call', 'run with wait', 'difference'], rows)}\n\n${JSON.stringify({ bench: 'overhead', ...results })}\n`
  )
} finally {
  upstream.close()
  await bench.close()
}
