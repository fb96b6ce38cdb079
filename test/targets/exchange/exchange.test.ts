import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import fc from 'fast-check'
import { type Service, startService } from '../../helpers/service.ts'

let service: Service
before(async () => {
  service = await startService()
})
after(() => service.close())

const csv = { 'content-type': 'text/csv' }
const ndjson = { 'content-type': 'application/x-ndjson' }
const importCsv = (body: string, query = '', to = service) => to.request('POST', `/v1/targets/import${query}`, { body, headers: csv })
const importNdjson = (body: string, query = '', to = service) =>
  to.request('POST', `/v1/targets/import.ndjson${query}`, { body, headers: ndjson })
const find = async (name: string) => (await service.get(`/v1/targets?name=${encodeURIComponent(name)}`)).body.items[0]
const countTargets = async () => (await service.database.pool.query('SELECT count(*)::int AS count FROM "Target"')).rows[0].count

describe('the import of CSV', () => {
  it('takes what the TOM Toolkit writes', async () => {
    const header =
      'name,type,created,modified,permissions,ra,dec,epoch,parallax,pm_ra,pm_dec,galactic_lng,galactic_lat,distance,distance_err,scheme,epoch_of_elements,mean_anomaly,arg_of_perihelion,eccentricity,lng_asc_node,inclination,mean_daily_motion,semimajor_axis,epoch_of_perihelion,ephemeris_period,ephemeris_period_err,ephemeris_epoch,ephemeris_epoch_err,perihdist,abs_mag,slope,redshift,host,confirmed,name2,name3'
    const lines = [
      'M31,SIDEREAL,2024-05-01 12:34:56.123456+00:00,2024-06-01 00:00:00+00:00,OPEN,10.6847,41.269,2000.0,,1.5,-2.0,,,778000.0,,,,,,,,,,,,,,,,,,,0.0,"Local, Group",False,NGC 224,Andromeda',
      '(1) Ceres,NON_SIDEREAL,2024-05-01 12:34:56+00:00,2024-05-01 12:34:56+00:00,PRIVATE,,,,,,,,,,,MPC_MINOR_PLANET,60600.0,145.8,73.6,0.079,80.3,10.6,,2.77,,,,,,,3.34,0.12,,,,,'
    ]
    const answer = await importCsv(`${header}\r\n${lines.join('\r\n')}\r\n`)
    assert.equal(answer.status, 200, answer.text)
    assert.deepEqual(answer.body, { lines: 2, created: 2, linked: 0, links: [] })
    const galaxy = await find('ngc-224')
    assert.deepEqual([galaxy.name, galaxy.aliases, galaxy.permissions], ['M31', ['NGC 224', 'Andromeda'], 'OPEN'])
    assert.deepEqual([galaxy.ra, galaxy.pmDec, galaxy.parallax, galaxy.distance], [10.6847, -2, null, 778000])
    assert.deepEqual(galaxy.extras, { redshift: 0, host: 'Local, Group', confirmed: false })
    assert.deepEqual([galaxy.createdAt, galaxy.modifiedAt], ['2024-05-01T12:34:56.123Z', '2024-06-01T00:00:00.000Z'])
    const ceres = await find('Ceres1') // parentheses do not count, their content does
    assert.equal(ceres, undefined)
    const planet = await find('(1)ceres')
    assert.deepEqual([planet.type, planet.scheme, planet.eccentricity, planet.slope], ['NON_SIDEREAL', 'MPC_MINOR_PLANET', 0.079, 0.12])
  })

  it('takes little, in any order, with sexagesimal positions, and puts targets on the lists that it names', async () => {
    const answer = await importCsv('dec,name,ra,groups\n-20:30:00,Little,00:35:56.7,"North, South"\n+1 0 0,Less,1.5,South\n')
    assert.equal(answer.body.created, 2, answer.text)
    const { ra, dec, type } = await find('little')
    assert.deepEqual([ra, dec, type], [8.98625, -20.5, 'SIDEREAL'])
    const lists = (await service.get('/v1/target-lists')).body.items.map(({ name, size }: { name: string; size: number }) => [name, size])
    assert.deepEqual(lists, [
      ['North', 1],
      ['South', 2]
    ])
  })

  it('is done whole or not at all, and names every bad line and its column', async () => {
    const before = await countTargets()
    await service.post('/v1/targets', { name: 'Stored far away', type: 'SIDEREAL', ra: 200, dec: 80 })
    const lines = [
      'name,type,ra,dec,pm_ra,scheme,eccentricity,name2,redshift',
      'Good,SIDEREAL,50,50,,,,,',
      'Bad ra,SIDEREAL,400,50,,,,,',
      'Bad dec,SIDEREAL,51,north,,,,,',
      '"Two\nlines",SIDEREAL,52,50,fast,,,,',
      ',SIDEREAL,53,50,,,,,',
      'Too short,SIDEREAL',
      'No place,SIDEREAL,,50,,,,,',
      'Moves,STAR,54,50,,,,,'
    ]
    const answer = await importCsv(lines.join('\n'))
    assert.equal(answer.status, 422)
    assert.equal(await countTargets(), before + 1)
    const told = answer.body.errors.map(({ line, column }: { line: number; column: string | null }) => [line, column])
    assert.deepEqual(told, [
      [3, 'ra'],
      [4, 'dec'],
      [5, 'name'],
      [5, 'pm_ra'],
      [7, 'name'],
      [8, null],
      [9, 'ra'],
      [10, 'type']
    ])
    assert.equal(answer.body.faultyLines, 7)
    assert.match(answer.body.detail, /^7 of 8 lines cannot be imported, so nothing was\. Line 3, column ra: must be/)
    const unclear = await importCsv('name,ra,dec\nstored-far away,10,10\nFine,11,11\n')
    assert.equal(unclear.status, 422)
    assert.deepEqual([unclear.body.errors[0].line, unclear.body.errors[0].column], [2, 'name'])
    assert.match(unclear.body.errors[0].message, /arcsec away/)
    assert.equal(await find('Fine'), undefined)
  })

  it('refuses what is no such file, and says why', async () => {
    const wrong: [string, number, RegExp][] = [
      ['', 422, /There is no header/],
      ['ra,dec\n1,2\n', 422, /column name: is required/],
      ['name,ra,dec,ra\nx,1,2,3\n', 422, /is there twice/],
      ['name,,dec\nx,1,2\n', 422, /column 2 has no name/],
      ['name,ra,dec\n"x,1,2\n', 422, /a quote is not closed/],
      ['name,ra,dec,groups\nx,1,2,"a,,b"\n', 422, /column groups: must be names of lists/],
      ['name,ra,dec,created\nx,1,2,yesterday\n', 422, /column created: must be a time/],
      ['name,ra,dec,created\nx,1,2,2026-02-31T00:00:00Z\n', 422, /column created: must be a time/],
      ['name,ra,dec\nx\u0000,1,2\n', 422, /column name: must hold neither U\+0000/]
    ]
    for (const [body, status, detail] of wrong) {
      const answer = await importCsv(body)
      assert.equal(answer.status, status, answer.text)
      assert.match(answer.body.detail, detail)
    }
    const latin = Buffer.from('name,ra,dec\nCaf\xe9,1,2\n', 'latin1')
    const response = await fetch(`${service.url}/v1/targets/import`, { method: 'POST', headers: csv, body: latin })
    assert.equal(response.status, 400)
    const json = await service.post('/v1/targets/import', { name: 'x' })
    assert.deepEqual([json.status, json.body.detail], [415, 'Send the body as text/csv.'])
    assert.equal((await importCsv('name,ra,dec\n', '?colour=red')).status, 422)
    assert.equal((await importCsv('name,ra,dec\n', '?listId=019a5c1e-7d3a-7c4e-9b1f-2f6f0f7a1c11')).status, 422)
  })

  it('links what is there already, shows in a preview what it would do, and keeps apart on demand', async () => {
    const { id } = (await service.post('/v1/targets', { name: 'There already', type: 'SIDEREAL', ra: 120, dec: 20 })).body
    const file = 'name,ra,dec\nthere-ALREADY,120,20\nClose by,120.0001,20\nNew one,121,20\n'
    const before = await countTargets()
    const shown = await importCsv(file, '?validateOnly=true')
    assert.equal(await countTargets(), before)
    const done = await importCsv(file)
    assert.deepEqual(shown.body, done.body)
    assert.deepEqual([done.body.created, done.body.linked], [1, 2])
    assert.deepEqual(
      done.body.links.map(({ line, match }: { line: number; match: { rule: string; targetId: string } }) => [
        line,
        match.rule,
        match.targetId
      ]),
      [
        [2, 'name', id],
        [3, 'position', id]
      ]
    )
    const list = (await service.post('/v1/target-lists', { name: 'Imported' })).body.id
    const apart = await importCsv('name,ra,dec\nPair A,130,20\nPair B,130,20\n', `?onMatch=create&listId=${list}`)
    assert.deepEqual([apart.body.created, (await service.get(`/v1/target-lists/${list}`)).body.size], [2, 2])
    const twice = await importCsv('name,ra,dec\nPair C,131,20\nPair D,131.001,20\n', '?matchRadius=10')
    assert.deepEqual([twice.body.created, twice.body.linked], [1, 1])
  })

  it('of 20,000 lines is one transaction, and another client gets in between', async () => {
    const lines = Array.from({ length: 20_000 }, (_, n) => `Line ${n},${(n * 0.017) % 360},${-60 + Math.floor(n / 21_000)},${n}`)
    const [answer, other] = await Promise.all([
      importCsv(`name,ra,dec,number\n${lines.join('\n')}\n`),
      service.post('/v1/targets', { name: 'Line 12345', type: 'SIDEREAL', ra: (12_345 * 0.017) % 360, dec: -60 })
    ])
    assert.equal(answer.status, 200, answer.text)
    assert.equal(answer.body.lines, 20_000)
    assert.ok(other.status === 200 || other.status === 201, other.text)
    assert.equal(answer.body.linked, other.status === 201 ? 1 : 0)
  })
})

describe('the import of NDJSON', () => {
  it('takes JSON objects, keeps long identifiers, and names bad lines and members', async () => {
    const good = {
      name: 'From JSON',
      type: 'SIDEREAL',
      ra: 140,
      dec: 0,
      aliases: ['A JSON'],
      lists: ['J'],
      parallax: null,
      createdAt: '2020-01-01T00:00:00Z'
    }
    const exact = '{"name":"Exact","type":"SIDEREAL","ra":141,"dec":0,"extras":{"id":170587116732416143,"n":1e20,"x":0.5}}'
    const answer = await importNdjson(`${JSON.stringify(good)}\n\n${exact}`)
    assert.equal(answer.body.created, 2, answer.text)
    const target = await find('From JSON')
    assert.deepEqual([target.aliases, target.createdAt], [['A JSON'], '2020-01-01T00:00:00.000Z'])
    assert.deepEqual((await find('Exact')).extras, { id: '170587116732416143', n: 1e20, x: 0.5 })
    const bad = ['{"name":"x"}', '[]', 'nonsense', '{"name":"y","type":"SIDEREAL","ra":1,"dec":1,"colour":"red","lists":[1],"createdAt":5}']
    const refused = await importNdjson(bad.join('\n'))
    assert.equal(refused.status, 422)
    const places = refused.body.errors.map(({ line, column }: { line: number; column: string | null }) => `${line} ${column}`)
    assert.deepEqual(places, ['1 type', '2 null', '3 null', '4 colour', '4 createdAt', '4 lists'])
    const other = await importNdjson('{"name":"z","type":"SIDEREAL","ra":141,"dec":0,"matchRadius":60,"onMatch":"reject","listId":"a"}')
    assert.deepEqual(
      other.body.errors.map(({ pointer, message }: { pointer: string; message: string }) => [pointer, message.slice(0, 30)]),
      ['/1/matchRadius', '/1/onMatch', '/1/listId'].map(pointer => [pointer, 'is not known; known are name, '])
    )
    const lines = await importNdjson('[]\n'.repeat(10_001))
    assert.deepEqual([lines.body.errors.length, lines.body.errors.at(-1).line, lines.body.faultyLines], [10_000, 10_000, 10_001])
  })
})

const orbit = { epochOfElements: 60_000, inclination: 1, lngAscNode: 2, argOfPerihelion: 3 }
const schemes = {
  MPC_COMET: { perihdist: 0, epochOfPerihelion: 60_100.5, eccentricity: 0.95 },
  MPC_MINOR_PLANET: { meanAnomaly: 0, semimajorAxis: 2.5, eccentricity: 0 },
  JPL_MAJOR_PLANET: { meanDailyMotion: 0.5, meanAnomaly: 1, semimajorAxis: 1.5, eccentricity: 0.1 }
}
const text = fc.string({ unit: fc.constantFrom(...'abXY019 ,"\n\'-_()é=@True.0'), minLength: 1, maxLength: 12 })
const number = fc.double({ min: 0, max: 1000, noNaN: true }).map(value => value + 0)
const extraValue = fc.oneof(
  fc.boolean(),
  fc.integer(),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map(value => value || 0),
  text,
  fc.constant('')
)
const extraKey = fc.oneof(text, fc.constantFrom('ra', 'name2', 'namesake', 'groups', 'extra:x', 'created', 'redshift', 'id', 'constructor'))
const facts = fc.record({
  names: fc.array(
    text.map(name => name.replaceAll('\n', ' ')),
    { maxLength: 3 }
  ),
  permissions: fc.constantFrom('OPEN', 'PUBLIC', 'PRIVATE'),
  extras: fc.dictionary(extraKey, extraValue, { maxKeys: 4 }),
  body: fc.oneof(
    fc.record({
      type: fc.constant('SIDEREAL'),
      ra: fc.double({ min: 0, max: 359.9, noNaN: true }).map(value => value + 0),
      dec: fc.double({ min: -90, max: 90, noNaN: true }).map(value => value || 0),
      parallax: fc.option(number),
      epoch: fc.option(number)
    }),
    fc.constantFrom(...Object.entries(schemes).map(([scheme, elements]) => ({ type: 'NON_SIDEREAL', scheme, ...orbit, ...elements })))
  ),
  lists: fc.uniqueArray(fc.constantFrom('Tonight', 'La Silla', 'with "quotes"', 'x'), { maxLength: 3 })
})

describe('what is exported', () => {
  it('and imported into an empty database is exported again to the byte, as CSV and as NDJSON', async t => {
    const [first, second] = [await startService(), await startService()]
    t.after(() => Promise.all([first.close(), second.close()]))
    const empty = (one: Service) => one.database.pool.query('TRUNCATE "Target", "TargetList" CASCADE')
    await fc.assert(
      fc.asyncProperty(fc.array(facts, { minLength: 1, maxLength: 8 }), async drafts => {
        await empty(first)
        await fill(first, drafts)
        const files = { csv: await first.get('/v1/targets.csv'), ndjson: await first.get('/v1/targets.ndjson') }
        const imports = [
          () => importCsv(files.csv.text, '?onMatch=create', second),
          () => importNdjson(files.ndjson.text, '?onMatch=create', second)
        ]
        for (const bring of imports) {
          await empty(second)
          const { status, text: answer } = await bring()
          assert.equal(status, 200, answer)
          assert.equal((await second.get('/v1/targets.csv')).text, files.csv.text)
          assert.equal((await second.get('/v1/targets.ndjson')).text, files.ndjson.text)
        }
      }),
      { numRuns: 20 }
    )
  })

  it('is what the filters of the list ask for, in the order of its making', async () => {
    const list = (await service.post('/v1/target-lists', { name: 'Exported' })).body.id
    const items = ['B', 'A', 'C'].map((name, n) => ({ name: `Export ${name}`, type: 'SIDEREAL', ra: 300 + n, dec: 70 }))
    await service.post('/v1/targets/batch', { items, listId: list })
    const namesIn = (file: string) =>
      file
        .split('\r\n')
        .slice(1, -1)
        .map(line => line.split(',')[0])
    assert.deepEqual(namesIn((await service.get(`/v1/targets.csv?list=${list}`)).text), ['Export B', 'Export A', 'Export C'])
    assert.deepEqual(namesIn((await service.get(`/v1/targets.csv?list=${list}&ra=20:04:00&dec=70&radius=10`)).text), ['Export A'])
    assert.equal((await service.get('/v1/targets.csv?name=nobody')).text.split('\r\n').length, 2)
    assert.equal((await service.get('/v1/targets.ndjson?name=nobody')).text, '')
    assert.equal((await service.get('/v1/targets.csv?limit=5')).status, 422)
    assert.equal((await service.get('/v1/targets.csv?ra=5')).status, 422)
  })

  it('keeps a place for at most three at once, and gives it back to the next', async () => {
    const readers = await Promise.all(Array.from({ length: 3 }, () => fetch(`${service.url}/v1/targets.csv`)))
    const refused = await service.get('/v1/targets.csv')
    for (const reader of readers) await reader.body?.cancel()
    if (refused.status !== 200) assert.deepEqual([refused.status, refused.headers.get('retry-after')], [503, '10'])
    for (let tries = 0; ; tries++) {
      const { status } = await service.get('/v1/targets.csv?name=nobody')
      if (status === 200) break
      assert.ok(tries < 100)
      await sleep(20)
    }
    const { rows } = await service.database.pool.query(
      `SELECT count(*)::int AS count FROM pg_stat_activity WHERE state LIKE 'idle in%' AND datname = current_database()`
    )
    assert.equal(rows[0].count, 0)
  })
})

async function fill(to: Service, drafts: readonly (typeof facts extends fc.Arbitrary<infer T> ? T : never)[]): Promise<void> {
  for (const [index, { names, permissions, extras, body, lists }] of drafts.entries()) {
    const known = Object.fromEntries(Object.entries(body).filter(([, value]) => value !== null))
    const named = { name: `${index} ${names[0] ?? ''}`, aliases: names.map((name, n) => `${n}of${index}${name}`) }
    const answer = await to.post('/v1/targets', { ...known, ...named, permissions, extras, onMatch: 'create' })
    assert.ok(answer.status === 201 || answer.status === 409, answer.text)
    for (const name of answer.status === 201 ? lists : []) {
      const made = await to.post('/v1/target-lists', { name })
      await to.post(`/v1/target-lists/${made.status === 201 ? made.body.id : made.body.listId}/targets`, { add: [answer.body.id] })
    }
  }
}
