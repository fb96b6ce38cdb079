import assert from 'node:assert/strict'
import type { ServerResponse } from 'node:http'
import { type TestContext, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { startCrashingPostgres } from '../helpers/crashing-postgres.ts'
import { fleetVariables } from '../helpers/fleet.ts'
import { manyBroker } from '../helpers/many-broker.ts'
import { startProcess } from '../helpers/process.ts'
import { startService } from '../helpers/service.ts'
import { startUpstream } from '../helpers/upstream.ts'

const request = { brokerId: manyBroker.id, parameters: {} }

/** A broker that answers nothing before it is told to. */
async function startStalled(t: TestContext) {
  const waiting: ServerResponse[] = []
  const upstream = await startUpstream((_request, response) => {
    response.setHeader('content-type', 'application/json')
    waiting.push(response)
  })
  t.after(() => upstream.close())
  const asked = async () => {
    while (waiting.length === 0) await sleep(1)
  }
  /** Lets a run succeed, so that the next one finds nothing in the queue, and begins at once. */
  const answerOne = async <Run extends { status: number }>(run: Promise<Run>) => {
    await asked()
    for (const response of waiting.splice(0)) response.end('[]')
    assert.equal((await run).status, 200)
    return run
  }
  return { url: upstream.url, asked, answerOne }
}

/** A service whose PostgreSQL takes to the disk by itself only every 10 s what nobody waits for, and can crash. */
async function startOnDisk(t: TestContext, upstreamUrl: string) {
  const postgres = await startCrashingPostgres()
  for (const setting of [`wal_writer_delay = '10s'`, 'autovacuum = off']) await postgres.query(`ALTER SYSTEM SET ${setting}`)
  await postgres.query('SELECT pg_reload_conf()')
  const service = await startProcess(fleetVariables(postgres.url, upstreamUrl))
  t.after(async () => {
    await service.kill()
    await postgres.close()
  })
  const ask = async (path: string, init: RequestInit = {}) => {
    const response = await fetch(`${service.url}${path}`, init)
    return { status: response.status, retryAfter: response.headers.get('retry-after'), body: JSON.parse(await response.text()) }
  }
  return {
    crash: postgres.crash,
    /** Reads once the service has its database again. */
    read: async (path: string) => {
      for (;;) {
        const answer = await ask(path)
        if (answer.status !== 503) return answer
        await sleep(50)
      }
    },
    /** Starts a run and waits for it, so long at most [s]. */
    start: (seconds: number) => {
      const headers = { 'content-type': 'application/json', prefer: `wait=${seconds}` }
      return ask('/v1/runs', { method: 'POST', headers, body: JSON.stringify(request) })
    },
    /** Waits until the service writes nothing of its own: that would take to the disk all that was written before. */
    quiet: async () => {
      const written = async () => (await postgres.query<{ at: string }>('SELECT pg_current_wal_insert_lsn()::text AS at'))[0]?.at
      for (let before: string | undefined, now = await written(); now !== before; now = await written()) {
        before = now
        await sleep(1200)
      }
      // Begins the 10 s anew.
      await postgres.query('SELECT pg_reload_conf()')
      await sleep(200)
    }
  }
}

test('a run that a client was told of survives a crash of PostgreSQL in the next moment', async t => {
  const upstream = await startStalled(t)
  const service = await startOnDisk(t, upstream.url)
  await upstream.answerOne(service.start(30))
  await service.quiet()
  const ended = await upstream.answerOne(service.start(30))
  await service.crash()
  assert.equal((await service.read(`/v1/runs/${ended.body.id}`)).body.status, 'succeeded')
  await service.quiet()
  const promised = await service.start(1)
  assert.deepEqual([promised.status, promised.body.status], [202, 'running'])
  await service.crash()
  const found = await service.read(`/v1/runs/${promised.body.id}`)
  assert.deepEqual([found.status, found.body.id], [200, promised.body.id])
})

test('a run that nobody was told of is gone when PostgreSQL crashes, and who waits for it is not told that it goes on', async t => {
  const upstream = await startStalled(t)
  const service = await startOnDisk(t, upstream.url)
  await upstream.answerOne(service.start(30))
  await service.quiet()
  const answer = service.start(30)
  await upstream.asked()
  await service.crash()
  const { status, retryAfter, body } = await answer
  assert.deepEqual([status, Number(retryAfter) > 0], [503, true], body.detail)
  const { body: runs } = await service.read('/v1/runs?status=running')
  assert.deepEqual(runs.items, [])
})

test('who waits for a run that is gone is told so, not that it goes on', async t => {
  const upstream = await startStalled(t)
  const service = await startService({ modules: [manyBroker], variables: { BROKER_MANY_BROKER_BASE_URL: upstream.url } })
  t.after(() => service.close())
  const answer = service.post('/v1/runs', request, { prefer: 'wait=30' })
  await upstream.asked()
  const { rows } = await service.database.pool.query<{ id: string }>('DELETE FROM "Run" RETURNING id')
  service.database.notifications.tell('run_ended', rows[0]?.id ?? '')
  const { status, headers, body } = await answer
  assert.deepEqual([status, headers.get('retry-after')], [503, '1'])
  assert.match(body.detail, /lost.*start it again/)
})
