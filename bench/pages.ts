// npm run bench pages [-- 1000000]: how long the pages of a run of so many alerts take (1,000,000 unless told), the last ones against the first ones.
import { once, quantile, short, table } from './helpers/measure.ts'
import { runToEnd } from './helpers/runs.ts'
import { startBench } from './helpers/service.ts'
import { startBenchUpstream } from './helpers/upstream.ts'

const total = Number(process.argv[3] ?? 1_000_000)
const perPage = 500
const compared = Math.min(200, Math.floor(total / perPage / 3))
const upstream = await startBenchUpstream()
const bench = await startBench(upstream.variables)

try {
  const { id } = await runToEnd(bench, { count: total, first: 0, bytes: 400 })
  await bench.pool.query('VACUUM ANALYZE "Alert", "RunAlert"')
  const took: number[] = []
  let read = 0
  for (let cursor: string | null = ''; cursor !== null; ) {
    const path: string = `/v1/runs/${id}/alerts?limit=${perPage}${cursor && `&cursor=${cursor}`}`
    took.push(
      await once(async () => {
        const page: { items: unknown[]; next: string | null } = await bench.get(path)
        read += page.items.length
        cursor = page.next
      })
    )
  }
  if (read !== total) throw new Error(`${read} of ${total} alerts were read`)
  // The very first page warms up, the very last is not full.
  const [first, last] = [quantile(took.slice(1, compared + 1), 0.5), quantile(took.slice(-compared - 1, -1), 0.5)]
  const seconds = took.reduce((sum, milliseconds) => sum + milliseconds, 0) / 1000
  const rows = [
    [`page of ${perPage}, first ${compared}`, `${short(first)} ms`, ''],
    [`page of ${perPage}, last ${compared}`, `${short(last)} ms`, `${short(last / first)} x the first ones; wanted: at most 1.2`],
    [`all ${total}`, `${short(seconds)} s`, `${short(total / seconds)} alerts/s`]
  ]
  process.stdout.write(`PostgreSQL ${bench.postgres}, Node ${process.version}\n\n${table(['work', 'took', 'note'], rows)}\n\n`)
  const results = { 'first [ms]': first, 'last [ms]': last, ratio: last / first, 'read [1/s]': total / seconds }
  process.stdout.write(`${JSON.stringify({ bench: 'pages', total, ...results })}\n`)
} finally {
  upstream.close()
  await bench.close()
}
