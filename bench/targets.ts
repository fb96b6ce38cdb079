// npm run bench targets [-- 1000000]: how fast targets are made, found, listed and exchanged, with so many stored (100,000 unless told).
import { randomUUID } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import type pg from 'pg'
import { pixelRanges } from '../src/domain/sky.ts'
import { once, rate, short, table, time } from './helpers/measure.ts'
import { type BenchService, startBench } from './helpers/service.ts'
import { insertRunOfAlerts, insertStars, placeOf } from './helpers/sky-rows.ts'

const total = Number(process.argv[3] ?? 100_000)
const repetitions = 200

const bench = await startBench()
const results: Record<string, number> = {}
const rows: string[][] = []

/** Notes a result, and what it is compared with. */
function note(what: string, value: number, unit: string, comparison = ''): void {
  results[`${what} [${unit}]`] = value
  rows.push([what, `${short(value)} ${unit}`, comparison])
}

async function batches({ pool, post }: BenchService): Promise<void> {
  for (const count of [100, 1000, 10_000]) {
    const took: number[] = []
    for (const repetition of ['a', 'bb', 'ccc']) {
      const runId = await insertRunOfAlerts(pool, `Run ${repetition} of ${count}`, count)
      took.push(
        await once(async () => {
          const { created } = await post('/v1/targets/batch', { runId })
          if (created !== count) throw new Error(`${created} of ${count} targets were made`)
        })
      )
    }
    const milliseconds = took.toSorted((a, b) => a - b)[1] ?? 0
    note(`${count} targets from the alerts of a run`, milliseconds, 'ms', `${short((count / milliseconds) * 1000)} targets/s`)
  }
}

async function singles({ post }: BenchService): Promise<void> {
  let made = 0
  const create = () => {
    made += 1
    return post('/v1/targets', {
      name: `Single ${randomUUID()}`,
      type: 'SIDEREAL',
      ...placeOf(made, 1e6),
      aliases: [`Alias ${randomUUID()}`]
    })
  }
  const { p50, p99 } = await time(repetitions, create)
  note('POST one target', p50, 'ms', `p99 ${short(p99)} ms`)
  note('POST one target, 4 clients', await rate(4, 5000, create), '1/s')
}

async function lists({ get, pool }: BenchService, stored: number): Promise<number> {
  const { rows } = await pool.query<{ createdAt: Date; id: string }>(
    'SELECT "createdAt", id FROM "Target" ORDER BY "createdAt", id LIMIT 1 OFFSET 100'
  )
  const last = rows.map(({ createdAt, id }) => ['targets', '-created', createdAt.toISOString(), id])
  const cursor = Buffer.from(JSON.stringify(last[0])).toString('base64url')
  const [first, end] = [
    await time(repetitions, () => get('/v1/targets?limit=100')),
    await time(repetitions, () => get(`/v1/targets?limit=100&cursor=${cursor}`))
  ]
  note(`list of 100 of ${stored}, first page`, first.p50, 'ms', `p99 ${short(first.p99)} ms`)
  note(`list of 100 of ${stored}, last page`, end.p50, 'ms', `${short(end.p50 / first.p50)} x the first`)
  return first.p50
}

async function finds({ get, pool }: BenchService): Promise<void> {
  const any = () => Math.floor(Math.random() * total)
  const byName = await time(repetitions, () => get(`/v1/targets?name=ALIAS-${any()}`))
  const bareName = await time(repetitions, () =>
    pool.query('SELECT * FROM "Target" WHERE id = (SELECT "targetId" FROM "TargetName" WHERE "nameKey" = $1)', [`alias${any()}`])
  )
  note('find by a name in another spelling', byName.p50, 'ms', `p99 ${short(byName.p99)} ms; the bare SQL ${short(bareName.p50)} ms`)
  for (const [label, radius] of [
    ['5 arcsec', 5],
    ['1 arcmin', 60],
    ['1 deg', 3600]
  ] as const) {
    const found = await time(repetitions, () => {
      const { ra, dec } = placeOf(any(), total)
      return get(`/v1/targets?ra=${ra}&dec=${dec}&radius=${radius}`)
    })
    const bare = await time(repetitions, () => bareCone(pool, { ...placeOf(any(), total), radius }))
    note(`cone of ${label}`, found.p50, 'ms', `p99 ${short(found.p99)} ms; the bare SQL ${short(bare.p50)} ms`)
  }
}

function bareCone(pool: pg.Pool, cone: { ra: number; dec: number; radius: number }) {
  const ranges = pixelRanges(cone)
  return pool.query(
    `SELECT target.id, target.ra, target.dec FROM unnest($1::bigint[], $2::bigint[]) AS range(low, high)
     CROSS JOIN LATERAL (SELECT id, ra, dec FROM "Target" WHERE "skyPixel" BETWEEN low AND high OFFSET 0) AS target LIMIT 100`,
    [ranges.map(({ low }) => low.toString()), ranges.map(({ high }) => high.toString())]
  )
}

async function matches({ post }: BenchService): Promise<void> {
  const items = Array.from({ length: 10_000 }, (_, index) => {
    const { ra, dec } = placeOf(Math.floor((index * total) / 10_000), total)
    return { name: `Match ${index}`, type: 'SIDEREAL', ra, dec: Math.max(-90, dec - 1 / 3600) }
  })
  const took = await time(3, async () => {
    const { linked } = await post('/v1/targets/batch?validateOnly=true', { items })
    if (linked !== items.length) throw new Error(`${linked} of ${items.length} were matched`)
  })
  note(`match 10,000 positions against ${total}`, took.p50, 'ms', `${short(10_000_000 / took.p50)} positions/s`)
}

/** Memory that the service holds [MB]. */
async function memoryOf({ service }: BenchService): Promise<number> {
  return Number(/VmRSS:\s+(\d+) kB/.exec(await readFile(`/proc/${service.child.pid}/status`, 'utf8'))?.[1]) / 1000
}

/** Does something, and notes how long it took and how much memory the service needed for it. */
async function noteMemory(what: string, work: () => Promise<string>): Promise<void> {
  let [before, peak, text] = [await memoryOf(bench), 0, '']
  const watch = setInterval(async () => {
    peak = Math.max(peak, await memoryOf(bench))
  }, 100)
  const took = await once(async () => {
    text = await work()
  })
  clearInterval(watch)
  note(what, took / 1000, 's', `${text}; memory ${short(before)} MB before, at most ${short(Math.max(before, peak))} MB`)
}

async function exchanges({ service }: BenchService): Promise<void> {
  await noteMemory('export all targets as CSV', async () => {
    let bytes = 0
    const response = await fetch(`${service.url}/v1/targets.csv`)
    for await (const chunk of response.body ?? []) bytes += chunk.length
    return `${short(bytes / 1e6)} MB`
  })
  const lines = Array.from({ length: 100_000 }, (_, n) => {
    const { ra, dec } = placeOf(n, 100_000)
    return `Import ${n},${(ra + 0.01) % 360},${dec},${n / 10},Alias of import ${n}`
  })
  await noteMemory('import 100,000 lines of CSV', async () => {
    const body = `name,ra,dec,redshift,name2\r\n${lines.join('\r\n')}`
    const response = await fetch(`${service.url}/v1/targets/import?onMatch=create`, {
      method: 'POST',
      headers: { 'content-type': 'text/csv' },
      body
    })
    const { created } = JSON.parse(await response.text())
    return `${created} targets of ${short(body.length / 1e6)} MB`
  })
}

try {
  const steps = [10_000, 100_000, 1_000_000].filter(step => step <= total)
  const firstPages: number[] = []
  for (const [index, step] of steps.entries()) {
    await insertStars(bench.pool, { from: steps[index - 1] ?? 0, to: step, total })
    firstPages.push(await lists(bench, step))
  }
  rows.push(['', `${short((firstPages.at(-1) ?? 0) / (firstPages[0] ?? 1))} x`, 'first page, with most and with fewest stored'])
  await finds(bench)
  await matches(bench)
  await batches(bench)
  await singles(bench)
  await exchanges(bench)
  process.stdout.write(`PostgreSQL ${bench.postgres}, Node ${process.version}, ${total} targets stored\n\n`)
  process.stdout.write(`${table(['work', 'took', 'note'], rows)}\n\n${JSON.stringify({ bench: 'targets', stored: total, ...results })}\n`)
} finally {
  await bench.close()
}
