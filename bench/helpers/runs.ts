import { setTimeout as sleep } from 'node:timers/promises'
import type { BenchService } from './service.ts'
import { type AskedAlerts, runOf } from './upstream.ts'

/** A run that has ended. */
export interface EndedRun {
  readonly id: string
  /** From its start to its end, by the clock of PostgreSQL [s]. */
  readonly seconds: number
}

/** Has the service run a query and waits until it has stored all of it. */
export async function runToEnd({ get, post }: Pick<BenchService, 'get' | 'post'>, asked: AskedAlerts): Promise<EndedRun> {
  const { id } = await post('/v1/runs', runOf(asked))
  for (;;) {
    const run = await get(`/v1/runs/${id}`)
    if (run.finishedAt !== null) {
      if (run.counts.new !== asked.count) throw new Error(`The run ${run.status} with ${JSON.stringify(run.counts)}: ${run.error?.detail}`)
      return { id, seconds: (Date.parse(run.finishedAt) - Date.parse(run.startedAt)) / 1000 }
    }
    await sleep(100)
  }
}
