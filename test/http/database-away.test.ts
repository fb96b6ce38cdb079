import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'
import { after, before, describe, it } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { pino } from 'pino'
import { startCrashingPostgres } from '../helpers/crashing-postgres.ts'
import { startProcess } from '../helpers/process.ts'
import { type Service, startService } from '../helpers/service.ts'

/** A way to the database that can be cut. */
function cuttable() {
  const sockets = new Set<Socket>()
  let target = { port: 0, host: '' }
  let port = 0
  const server = createServer(near => {
    const far = connect(target)
    for (const [one, other] of [
      [near, far],
      [far, near]
    ] as const) {
      sockets.add(one)
      one.on('error', () => {})
      one.on('close', () => {
        sockets.delete(one)
        other.destroy()
      })
      one.pipe(other)
    }
  })
  const open = async () => {
    server.listen(port, '127.0.0.1')
    await once(server, 'listening')
    const address = server.address()
    port = typeof address === 'object' && address !== null ? address.port : 0
  }
  return {
    open,
    cut: () => {
      server.close()
      for (const socket of sockets) socket.destroy()
    },
    reset: () => {
      for (const socket of sockets) socket.resetAndDestroy()
    },
    via: async (databaseUrl: string) => {
      const url = new URL(databaseUrl)
      target = { port: Number(url.port), host: url.hostname }
      await open()
      url.port = String(port)
      url.hostname = '127.0.0.1'
      return url.href
    }
  }
}

describe('a service whose database goes away', () => {
  const way = cuttable()
  const lines: string[] = []
  let service: Service
  before(async () => {
    service = await startService({ via: way.via, logger: pino({ level: 'info' }, { write: line => void lines.push(line) }) })
  })
  after(async () => {
    way.cut()
    await service.close()
  })

  it('is alive but not ready, asks to be asked again, and is ready when the database is back', async () => {
    assert.equal((await service.get('/readyz')).status, 200)
    assert.equal((await service.get('/v1/queries')).status, 200)
    way.cut()
    assert.equal((await service.get('/livez')).status, 200)
    assert.equal((await service.get('/readyz')).status, 503)
    const query = { name: 'Sand', brokerId: 'my-broker', parameters: { targetName: 'Tatooine' } }
    for (const answer of [await service.get('/v1/queries'), await service.get('/v1/alerts'), await service.post('/v1/queries', query)]) {
      assert.equal(answer.status, 503, answer.text)
      assert.ok(answer.headers.get('retry-after'))
      assert.doesNotMatch(answer.text, /127\.0\.0\.1|postgres/i)
    }
    assert.equal(lines.filter(line => line.includes('"err"')).length, 4, 'each failure is logged once')
    await way.open()
    while ((await service.get('/readyz')).status !== 200) await sleep(50)
    assert.equal((await service.post('/v1/queries', query)).status, 201)
  })
})

it('a PostgreSQL that crashes and recovers is a reason to ask again, whatever is asked for and in whichever moment', async t => {
  const postgres = await startCrashingPostgres()
  const service = await startProcess({ DATABASE_URL: postgres.url, ROLE: 'api' })
  t.after(async () => {
    await service.kill()
    await postgres.close()
  })
  const seen = new Set<string>()
  const ask = async (path: string) => {
    const { status, headers } = await fetch(`${service.url}${path}`)
    seen.add([path, status, ...(headers.has('retry-after') ? ['asks to be asked again'] : [])].join(' '))
    return status
  }
  const paths = ['/v1/runs', '/v1/queries', '/v1/alerts', '/v1/targets']
  for (let crash = 0; crash < 3; crash++) {
    const asking = paths.map(async path => {
      let isSeenAway = false
      for (;;) {
        const status = await ask(path)
        if (isSeenAway && status === 200) return
        isSeenAway ||= status !== 200
      }
    })
    await sleep(100)
    await postgres.crash()
    await Promise.all(asking)
  }
  assert.deepEqual([...seen].sort(), paths.flatMap(path => [`${path} 200`, `${path} 503 asks to be asked again`]).sort())
})

it('a connection that is reset is a reason to ask again, also in a transaction of Prisma', async t => {
  const way = cuttable()
  const service = await startService({ via: way.via })
  const holder = await service.database.pool.connect()
  t.after(async () => {
    way.cut()
    await service.close()
  })
  await holder.query('BEGIN')
  await holder.query('LOCK TABLE "IdempotencyKey"')
  const body = { brokerId: 'my-broker', parameters: {} }
  const answer = service.post('/v1/runs', body, { 'idempotency-key': 'one' })
  const waiting = async () =>
    (await holder.query(`SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`)).rowCount
  while ((await waiting()) === 0) await sleep(10)
  way.reset()
  const { status, headers } = await answer
  holder.release(true)
  assert.deepEqual([status, headers.get('retry-after')], [503, '5'])
})
