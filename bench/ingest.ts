// npm run bench ingest [-- 1000000]: how fast alerts of 2.5 kB are stored, and in how much memory, up to so many (1,000,000 unless told).
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { copyAndMerge } from './helpers/copy.ts'
import { once, short, table } from './helpers/measure.ts'
import { runToEnd } from './helpers/runs.ts'
import { startBench } from './helpers/service.ts'
import { parseOnly, startBenchUpstream } from './helpers/upstream.ts'

const most = Number(process.argv[3] ?? 1_000_000)
const compared = Math.min(200_000, most)
const bytes = 2500
const upstream = await startBenchUpstream()
const folder = await mkdtemp(join(tmpdir(), 'tom-alerts-bench-copy-'))
const results: Record<string, number> = { compared, bytes }
const rows: string[][] = []
let postgres = ''

/** Stores so many alerts with a service of its own, and notes how fast, and in how much memory. */
async function ingest(count: number): Promise<void> {
  const bench = await startBench(upstream.variables)
  try {
    postgres = bench.postgres
    const idle = bench.service.peakMemory() ?? 0
    const { seconds } = await runToEnd(bench, { count, first: 0, bytes })
    const peak = bench.service.peakMemory() ?? 0
    results[`stored of ${count} [1/s]`] = count / seconds
    results[`peak memory with ${count} [MB]`] = peak
    rows.push([
      `store ${count} alerts`,
      `${short(count / seconds)} alerts/s`,
      `at most ${short(peak)} MB of memory, ${short(idle)} MB idle`
    ])
    if (count === compared) await compare(count / seconds, bench.pool)
  } finally {
    await bench.close()
  }
}

/** Compares with reading the same answer, and with storing the same rows. */
async function compare(stored: number, pool: Parameters<typeof copyAndMerge>[0]): Promise<void> {
  const parsing = await once(() => parseOnly(upstream, { count: compared, first: 0, bytes }))
  const copying = await copyAndMerge(pool, folder)
  const [parsed, copied] = [compared / (parsing / 1000), compared / (copying / 1000)]
  const share = stored / Math.min(parsed, copied)
  Object.assign(results, { 'parsed [1/s]': parsed, 'copied [1/s]': copied, 'share of the slower': share })
  rows.push(['(a) the same answer, only read and parsed', `${short(parsed)} alerts/s`, `stored: ${short(stored / parsed)} of it`])
  rows.push(['(b) the same rows by COPY and merge', `${short(copied)} alerts/s`, `stored: ${short(stored / copied)} of it`])
  rows.push(['stored, of the slower of the two', short(share), 'wanted: at least 0.60'])
}

try {
  await parseOnly(upstream, { count: 10_000, first: 0, bytes })
  const counts = new Set([10_000, 100_000, compared, most].filter(count => count <= most))
  for (const count of counts) await ingest(count)
  process.stdout.write(`PostgreSQL ${postgres}, Node ${process.version}, alerts of ${bytes} bytes\n\n`)
  process.stdout.write(`${table(['work', 'rate', 'note'], rows)}\n\n${JSON.stringify({ bench: 'ingest', ...results })}\n`)
} finally {
  upstream.close()
  await rm(folder, { recursive: true, force: true })
}
