// npm run bench fleet [-- 100 5 2 64 0]: how fast the api answers while so many runs of all brokers are executed at once, beside how fast it
// answers when nothing is executed, in so many turns; by so many workers, with such a WORKER_CONCURRENCY, started with such a `nice`.
import { setTimeout as sleep } from 'node:timers/promises'
import { once, quantile, short, table } from './helpers/measure.ts'
import { recordedBrokers } from './helpers/recorded-brokers.ts'
import { startBench } from './helpers/service.ts'
import { startBrokers, startWorkers } from './helpers/workers.ts'

const [runs = 100, waves = 5, count = 2, concurrency = 64, niceness = 0] = process.argv.slice(3).map(Number)
/** Requests of each kind while nothing is executed, in each turn [count]. */
const idleRequests = 60
/** The last runs of a wave, waiting for their brokers, are no load any more. */
const tail = runs / 10

const brokers = recordedBrokers()
const upstreams = await startBrokers()
const bench = await startBench({ ...upstreams.variables, ROLE: 'api' })
const { get, post, pool } = bench
const workers = await startWorkers({
  count,
  niceness,
  variables: { ...upstreams.variables, DATABASE_URL: bench.databaseUrl, WORKER_CONCURRENCY: String(concurrency) }
})
let made = 0

const work: Readonly<Record<string, () => Promise<unknown>>> = {
  'GET /v1/queries': () => get('/v1/queries'),
  'GET /v1/runs': () => get('/v1/runs'),
  'GET /v1/alerts': () => get('/v1/alerts'),
  'GET /v1/targets': () => get('/v1/targets'),
  'POST /v1/queries': () => post('/v1/queries', { name: `Bench ${made++}`, brokerId: 'my-broker', parameters: { targetName: 'Tatooine' } })
}
type Took = Readonly<Record<string, number[]>>

const nothing = (): Took => Object.fromEntries(Object.keys(work).map(what => [what, []]))

/** Does each kind of work once, and notes how long it took. */
async function measure(took: Took): Promise<void> {
  for (const [what, ask] of Object.entries(work)) took[what]?.push(await once(ask))
}

async function countRuns(condition: string): Promise<number> {
  const { rows } = await pool.query<{ count: number }>(`SELECT count(*)::int AS count FROM "Run" WHERE ${condition}`)
  return rows[0]?.count ?? 0
}

const active = () => countRuns(`status IN ('queued', 'running')`)

/** Has all runs executed, let go at one instant, and works meanwhile. */
async function wave(meanwhile: () => Promise<unknown>): Promise<void> {
  workers.hold(true)
  for (let index = 0; index < runs; index++) {
    const { module, scenario } = brokers[index % brokers.length] ?? {}
    await post('/v1/runs', { brokerId: module?.id, parameters: scenario?.parameters })
  }
  workers.hold(false)
  let left = runs
  const watch = async () => {
    while (left > tail) {
      await sleep(50)
      left = await active()
    }
  }
  const measured = async () => {
    while (left > tail) await meanwhile()
  }
  await Promise.all([watch(), measured()])
  while ((await active()) > 0) await sleep(50)
}

function report(idle: Took, busy: Took, milliseconds: number): void {
  const results: Record<string, number> = {}
  const rows = ['all', ...Object.keys(work)].flatMap(what =>
    [0.5, 0.95].map(share => {
      const of = (took: Took) => quantile(what === 'all' ? Object.values(took).flat() : (took[what] ?? []), share)
      const label = `p${share * 100}`
      results[`${what} ${label} [ratio]`] = of(busy) / of(idle)
      const ratio = `${short(of(busy) / of(idle))}${share === 0.95 ? '; wanted: at most 2' : ''}`
      return [what, label, `${short(of(idle))} ms`, `${short(of(busy))} ms`, ratio]
    })
  )
  const sampled = [idle, busy].map(took => Object.values(took).flat().length)
  const setting = `${waves} x ${runs} runs of ${brokers.length} brokers in ${short(milliseconds / 1000)} s by ${count} workers, ${concurrency} runs each, nice ${niceness}`
  process.stdout.write(`PostgreSQL ${bench.postgres}, Node ${process.version}, ${setting}; requests: ${sampled.join(' idle, ')} during\n\n`)
  process.stdout.write(`${table(['request', '', 'idle', 'during', 'ratio'], rows)}\n\n`)
  process.stdout.write(`${JSON.stringify({ bench: 'fleet', runs, workers: count, concurrency, niceness, ...results })}\n`)
}

try {
  const [idle, busy] = [nothing(), nothing()]
  // What is listed is there before it is measured: pages are full, idle or not.
  for (let index = 0; index < 100; index++) await work['POST /v1/queries']?.()
  await wave(() => measure(nothing()))
  let milliseconds = 0
  for (let turn = 0; turn < waves; turn++) {
    for (let index = 0; index < idleRequests; index++) await measure(idle)
    milliseconds += await once(() => wave(() => measure(busy)))
  }
  const failed = await countRuns(`status <> 'succeeded'`)
  if (failed > 0) throw new Error(`${failed} runs did not succeed.`)
  report(idle, busy, milliseconds)
} finally {
  await workers.stop()
  await bench.close()
  upstreams.close()
}
