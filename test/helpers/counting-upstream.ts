import { setTimeout as sleep } from 'node:timers/promises'
import { startUpstream, type Upstream } from './upstream.ts'

/** A stand-in that notes when it is asked, and by how many at once. */
export interface CountingUpstream extends Upstream {
  /** When each request came [ms]. */
  readonly arrivals: readonly number[]
  /** Most requests at once so far [count]. */
  mostAtOnce(): number
  /** Most requests within any so many seconds so far [count]. */
  mostWithin(seconds: number): number
}

/** Starts a stand-in whose every answer is one alert, given after a while [ms]; where it refuses, 429 with this Retry-After [s]. */
export async function startCountingUpstream(after: () => number, refuse: () => number | null = () => null): Promise<CountingUpstream> {
  const arrivals: number[] = []
  let running = 0
  let most = 0
  const upstream = await startUpstream(async (_request, response, { url }) => {
    arrivals.push(performance.now())
    most = Math.max(most, ++running)
    response.on('close', () => running--)
    await sleep(after())
    const retryAfter = refuse()
    if (retryAfter !== null) return void response.writeHead(429, { 'retry-after': `${retryAfter}` }).end()
    response.setHeader('content-type', 'application/json')
    response.end(JSON.stringify([{ id: url }]))
  })
  const mostWithin = (seconds: number) =>
    Math.max(0, ...arrivals.map(start => arrivals.filter(time => time >= start && time < start + seconds * 1000).length))
  return { ...upstream, arrivals, mostAtOnce: () => most, mostWithin }
}
