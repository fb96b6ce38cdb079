import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { insertAlertRows } from '../helpers/alert-rows.ts'
import { insertRun } from '../helpers/run-rows.ts'
import { type Service, startService } from '../helpers/service.ts'
import { recordStatements } from '../helpers/statements.ts'

let service: Service
before(async () => {
  service = await startService()
})
after(() => service.close())

let made = 0
const stars = (count: number) =>
  Array.from({ length: count }, () => {
    made += 1
    return { name: `Star ${made}`, type: 'SIDEREAL', ra: (made / 50) % 360, dec: Math.floor(made / 18_000) }
  })
const storeAlerts = (count: number) => insertAlertRows(service.database.pool, stars(count))

async function ask(method: string, path: string, body?: unknown, contentType?: string) {
  const headers = { 'if-match': '*', ...(contentType !== undefined && { 'content-type': contentType }) }
  const answer = await service.request(method, path, { body, headers })
  assert.ok(answer.status < 300, answer.text)
  return answer.body
}

/** Makes a target that has so many names, alerts, extras and lists, and answers its path. */
async function makeRich(count: number) {
  const [star] = stars(1)
  const extras = Object.fromEntries(stars(Math.min(count, 240)).map(({ name, ra }) => [name, ra]))
  const aliases = stars(Math.min(count, 100)).map(({ name }) => `Other ${name}`)
  const { id } = await ask('POST', '/v1/targets', { ...star, aliases, extras })
  const place = { ra: star?.ra ?? 0, dec: star?.dec ?? 0 }
  const alertIds = await insertAlertRows(
    service.database.pool,
    stars(count).map(({ name }) => ({ name: `Alert of ${name}`, ...place }))
  )
  await ask('POST', '/v1/targets/batch', { alertIds })
  for (const { name } of stars(Math.min(count, 10))) {
    const list = await ask('POST', '/v1/target-lists', { name: `List ${name}` })
    await ask('POST', `/v1/target-lists/${list.id}/targets`, { add: [id] })
  }
  return { id, path: `/v1/targets/${id}`, extras }
}

/** Each prepares its part for so many things, and answers the request that is counted. */
const operations: Readonly<Record<string, (count: number) => Promise<() => Promise<unknown>>>> = {
  'a batch of items': async count => () => ask('POST', '/v1/targets/batch', { items: stars(count) }),
  'a batch of alerts': async count => {
    const alertIds = await storeAlerts(count)
    return () => ask('POST', '/v1/targets/batch', { alertIds })
  },
  'a batch of a run': async count => {
    const { id: runId } = await insertRun(service.database.pool, { alertIds: await storeAlerts(count) })
    return () => ask('POST', '/v1/targets/batch', { runId })
  },
  'a preview': async count => () => ask('POST', '/v1/targets/batch?validateOnly=true', { items: stars(count) }),
  'an import of CSV': async count => {
    const lines = stars(count).map(({ name, ra, dec }) => `${name},${ra},${dec}`)
    return () => ask('POST', '/v1/targets/import', `name,ra,dec\r\n${lines.join('\r\n')}`, 'text/csv')
  },
  'an import of NDJSON': async count => {
    const lines = stars(count).map(star => JSON.stringify(star))
    return () => ask('POST', '/v1/targets/import.ndjson', lines.join('\n'), 'application/x-ndjson')
  },
  'an import of JSON': async count => () => ask('POST', '/v1/targets/import.json', JSON.stringify(stars(count)), 'application/json'),
  'a change of a list': async count => {
    const list = await ask('POST', '/v1/target-lists', { name: `Members ${count}` })
    const { items } = await ask('POST', '/v1/targets/batch', { items: stars(count) })
    const add = items.map(({ targetId }: { targetId: string }) => targetId)
    return () => ask('POST', `/v1/target-lists/${list.id}/targets`, { add })
  },
  'a page of targets': async count => () => ask('GET', `/v1/targets?limit=${Math.min(500, count)}`),
  'a merge': async count => {
    const [into, from] = [await makeRich(count), await makeRich(count)]
    return () => ask('POST', `${into.path}/merge`, { from: from.id })
  },
  'an edit': async count => {
    const { path, extras } = await makeRich(count)
    const patch = { name: `Edited ${made}`, extras: Object.fromEntries(Object.keys(extras).map(key => [key, 'changed'])) }
    return () => ask('PATCH', path, patch)
  },
  'the names of a target': async count => {
    const { path } = await makeRich(count)
    return () => ask('GET', `${path}/names`)
  },
  'the alerts of a target': async count => {
    const { path } = await makeRich(count)
    return () => ask('GET', `${path}/alerts`)
  },
  'the deletion of a target': async count => {
    const { path } = await makeRich(count)
    return () => ask('DELETE', path)
  }
}
test('every operation on targets is as many statements for one as for a thousand', async context => {
  const statements = recordStatements(context, ({ text }) => /"(Target|StagedTarget|RunAlert|Alert|PhotometryPoint)|pg_advisory/.test(text))
  const counts: Record<string, number[]> = {}
  for (const [name, prepare] of Object.entries(operations)) {
    counts[name] = []
    for (const count of [2, 1000]) {
      const run = await prepare(count)
      statements.length = 0
      await run()
      counts[name].push(statements.length)
    }
  }
  context.diagnostic(JSON.stringify(counts))
  for (const [name, [few, many]] of Object.entries(counts)) {
    assert.equal(many, few, name)
    assert.ok(few !== undefined && few > 0 && few <= 20, `${name}: ${few} statements`)
  }
})
