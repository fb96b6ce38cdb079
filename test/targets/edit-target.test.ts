import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { insertAlertRows } from '../helpers/alert-rows.ts'
import { type Service, startService } from '../helpers/service.ts'

let service: Service
before(async () => {
  service = await startService()
})
after(() => service.close())

let made = 0
/** Makes a target far from all others. */
async function make(facts: object = {}): Promise<{ path: string; etag: string; body: { id: string; name: string } }> {
  made += 1
  const answer = await service.post('/v1/targets', { name: `Target ${made}`, type: 'SIDEREAL', ra: made, dec: 0, ...facts })
  assert.equal(answer.status, 201, answer.text)
  return { path: `/v1/targets/${answer.body.id}`, etag: answer.headers.get('etag') ?? '', body: answer.body }
}

const comet = {
  type: 'NON_SIDEREAL',
  scheme: 'MPC_COMET',
  epochOfElements: 60_000,
  inclination: 1,
  lngAscNode: 2,
  argOfPerihelion: 3,
  eccentricity: 0.95,
  perihdist: 1,
  epochOfPerihelion: 60_100
}

describe('PATCH of a target', () => {
  it('changes what it names, and nothing else', async () => {
    const { path, etag } = await make({ parallax: 3, extras: { a: 1, b: 2 } })
    const answer = await service.patch(path, { parallax: null, pmRa: 4, extras: { a: null, c: 'x' } }, { 'if-match': etag })
    assert.equal(answer.status, 200)
    assert.notEqual(answer.headers.get('etag'), etag)
    const { body, headers } = await service.get(path)
    assert.deepEqual(body, answer.body)
    assert.equal(headers.get('etag'), answer.headers.get('etag'))
    assert.deepEqual([body.parallax, body.pmRa, body.extras], [null, 4, { b: 2, c: 'x' }])
    assert.deepEqual((await service.patch(path, { extras: null }, { 'if-match': '*' })).body.extras, {})
  })

  it('keeps every digit of its extras, as making it does, alone or with others', async () => {
    const long = '"gaia":4295806720123456789,"minus":-12345678901234567890'
    const texts = { gaia: '4295806720123456789', minus: '-12345678901234567890' }
    const exact = '"safe":9007199254740991,"round":1000000000000000000,"short":7,"broken":0.12345678901234567,"text":"4295806720123456789"'
    const numbers = JSON.parse(`{${exact}}`)
    const json = { 'content-type': 'application/json' }
    const star = (name: string, ra: number) => `{"name":"${name}","type":"SIDEREAL","ra":${ra},"dec":50,"extras":{${long},${exact}}}`
    const one = await service.request('POST', '/v1/targets', { body: star('Long 1', 10), headers: json })
    assert.deepEqual(one.body.extras, { ...texts, ...numbers })
    const batch = await service.request('POST', '/v1/targets/batch', { body: `{"items":[${star('Long 2', 20)}]}`, headers: json })
    assert.deepEqual((await service.get(`/v1/targets/${batch.body.items[0].targetId}`)).body.extras, { ...texts, ...numbers })
    for (const type of ['application/json', 'application/merge-patch+json']) {
      const { path } = await make({ extras: { a: 1 } })
      const headers = { 'content-type': type, 'if-match': '*' }
      const edited = await service.request('PATCH', path, { body: `{"extras":{${long},${exact}}}`, headers })
      assert.deepEqual(edited.body.extras, { a: 1, ...texts, ...numbers })
    }
    for (const body of ['{"extras":{"a":NaN,"b":4295806720123456789}}', '{4295806720123456789:1}', '{"a":04295806720123456789}']) {
      assert.equal((await service.request('POST', '/v1/targets', { body, headers: json })).status, 400, body)
    }
  })

  it('is of a version that If-Match names, alone or among others, and strongly', async () => {
    const { path, etag } = await make()
    const list = await service.post('/v1/target-lists', { name: 'Matched' })
    const parameters = { targetName: 'Tatooine' }
    const query = await service.post('/v1/queries', { name: 'Matched', brokerId: 'my-broker', parameters })
    const alias = await service.post(`${path}/names`, { name: 'Matched too' })
    const { headers } = await service.get(path)
    const things = [
      [`${path}/names/${alias.body.id}`, headers.get('etag')],
      [path, '"v3"'],
      [`/v1/target-lists/${list.body.id}`, list.headers.get('etag')],
      [`/v1/queries/${query.body.id}`, query.headers.get('etag')]
    ] as const
    assert.equal(etag, '"v1"')
    for (const [thing, tag] of things) {
      const attempt = (method: string, match: string) => service.request(method, thing, { headers: { 'if-match': match }, body: {} })
      const methods = thing.includes('/names/') ? ['DELETE'] : ['PATCH', 'DELETE']
      for (const method of methods) {
        assert.equal((await attempt(method, `W/${tag}`)).status, 412, thing)
        assert.equal((await attempt(method, '"zzz", "v99"')).status, 412, thing)
        for (const unquoted of ['v1', '"v1', '', '"v1" "v2"', '"v1", *']) {
          const answer = await attempt(method, unquoted)
          assert.deepEqual([answer.status, answer.body.errors[0].pointer], [422, '/if-match'], unquoted)
          assert.match(answer.body.errors[0].message, /ETag/)
        }
      }
      assert.equal((await service.delete(thing, { 'if-match': `"zzz",W/"v1", ${tag}` })).status, 204, thing)
    }
  })

  it('gives it no name that cannot be seen, or is not one line, nor do other ways', async () => {
    const { path } = await make()
    const star = { type: 'SIDEREAL', ra: 300, dec: -50 }
    for (const name of ['\u200b', ' \u200b\ufeff', 'a\nb', 'a\u0007', 'a\u009f', '\ta', 'a\u2029']) {
      const answers = [
        await service.patch(path, { name }, { 'if-match': '*' }),
        await service.post(`${path}/names`, { name }),
        await service.post('/v1/targets', { ...star, name }),
        await service.post('/v1/targets', { ...star, name: 'Seen', aliases: [name] })
      ]
      const pointers = answers.map(({ status, body }) => [status, body.errors[0].pointer])
      assert.deepEqual(
        pointers,
        [
          [422, '/name'],
          [422, '/name'],
          [422, '/name'],
          [422, '/aliases/0']
        ],
        JSON.stringify(name)
      )
      const { body } = await service.post('/v1/targets/batch', { items: [{ ...star, name }] })
      assert.equal(body.rejected, 1)
    }
    for (const name of ['\u200dé\u200d', 'Ünï côde 星', '👩‍🚀', "Barnard's ★"]) {
      assert.equal((await service.patch(path, { name }, { 'if-match': '*' })).body.name, name)
    }
  })

  it('moves a target on the sky: cones find it where it is now', async () => {
    const { path, body } = await make({ ra: 359.9999, dec: 60 })
    await service.patch(path, { ra: 0, dec: 0 }, { 'if-match': '*' })
    const near = async (ra: number, dec: number) => (await service.get(`/v1/targets?ra=${ra}&dec=${dec}&radius=1`)).body.items
    assert.deepEqual(await near(359.9999, 60), [])
    assert.equal((await near(0, 0))[0].id, body.id)
  })

  it('makes the new name the primary one and the old one an alias', async () => {
    const { path } = await make({ name: 'Old', aliases: ['Other'] })
    const renamed = await service.patch(path, { name: 'New' }, { 'if-match': '*' })
    assert.deepEqual([renamed.body.name, renamed.body.aliases], ['New', ['Old', 'Other']])
    const promoted = await service.patch(path, { name: 'OTHER' }, { 'if-match': '*' })
    assert.deepEqual([promoted.body.name, promoted.body.aliases], ['OTHER', ['Old', 'New']])
    const respelt = await service.patch(path, { name: 'oth-er' }, { 'if-match': '*' })
    assert.deepEqual([respelt.body.name, respelt.body.aliases], ['oth-er', ['Old', 'New']])
    for (const name of ['old', 'NEW', 'other']) {
      const { items } = (await service.get(`/v1/targets?name=${name}`)).body
      assert.equal(items[0].name, 'oth-er')
    }
  })

  it('refuses the name of another target, and says whose it is', async () => {
    const [{ body }, { path }] = [await make({ name: 'Taken', aliases: ['Taken too'] }), await make()]
    const answer = await service.patch(path, { name: 'taken-too' }, { 'if-match': '*' })
    assert.equal(answer.status, 409)
    assert.deepEqual(answer.body.matches, [{ rule: 'name', targetId: body.id, name: 'Taken too' }])
  })

  it('keeps a target one: what it then lacks, or has too much, is refused', async () => {
    const { path } = await make()
    const patches: [object, string][] = [
      [{ ra: null }, '/ra'],
      [{ dec: 91 }, '/dec'],
      [{ type: 'NON_SIDEREAL' }, '/scheme'],
      [{ ...comet }, '/ra'],
      [{ scheme: 'MPC_COMET' }, '/scheme'],
      [{ name: null }, '/name'],
      [{ aliases: ['x'] }, '/aliases'],
      [{ id: 'x' }, '/id'],
      [{ extras: { a: [] } }, '/extras/a']
    ]
    for (const [patch, pointer] of patches) {
      const answer = await service.patch(path, patch, { 'if-match': '*' })
      assert.equal(answer.status, 422, answer.text)
      assert.ok(
        answer.body.errors.some((error: { pointer: string }) => error.pointer === pointer),
        answer.text
      )
    }
    assert.equal((await service.get(path)).headers.get('etag'), '"v1"')
  })

  it('says which members a target that moves needs, and which it cannot keep', async () => {
    const { path } = await make({ parallax: 3 })
    const messages = async (patch: object): Promise<Record<string, string>> => {
      const { body } = await service.patch(path, patch, { 'if-match': '*' })
      return Object.fromEntries(body.errors.map(({ pointer, message }: Record<'pointer' | 'message', string>) => [pointer, message]))
    }
    assert.deepEqual(await messages({ type: 'NON_SIDEREAL' }), {
      '/scheme':
        'must be one of MPC_COMET (with perihdist, epochOfPerihelion), MPC_MINOR_PLANET (with meanAnomaly, semimajorAxis), JPL_MAJOR_PLANET (with meanDailyMotion, meanAnomaly, semimajorAxis), each with epochOfElements, inclination, lngAscNode, argOfPerihelion, eccentricity'
    })
    const leftOver = 'is not for a target of this type or scheme: send null for it'
    assert.deepEqual(await messages(comet), { '/ra': leftOver, '/dec': leftOver, '/parallax': leftOver })
    assert.match((await messages({ ...comet, ra: 1 }))['/ra'] ?? '', /^is not known; known are /)
  })

  it('turns a sidereal target into a comet, which no cone finds, and back', async () => {
    const { path } = await make({ ra: 77, dec: 7 })
    const turned = await service.patch(path, { ...comet, ra: null, dec: null }, { 'if-match': '*' })
    assert.deepEqual([turned.status, turned.body.scheme, turned.body.ra], [200, 'MPC_COMET', null])
    assert.deepEqual((await service.get('/v1/targets?ra=77&dec=7&radius=1')).body.items, [])
    assert.equal((await service.patch(path, { eccentricity: 0.95, scheme: 'MPC_MINOR_PLANET' }, { 'if-match': '*' })).status, 422)
    const away = Object.fromEntries(Object.keys(comet).map(field => [field, null]))
    const back = await service.patch(path, { ...away, type: 'SIDEREAL', ra: 77, dec: 7 }, { 'if-match': '*' })
    assert.equal(back.status, 200, back.text)
    assert.equal((await service.get('/v1/targets?ra=77&dec=7&radius=1')).body.items.length, 1)
  })

  it('wants the ETag that was read', async () => {
    const { path, etag } = await make()
    assert.equal((await service.patch(path, { pmRa: 1 })).status, 428)
    assert.equal((await service.patch(path, { pmRa: 1 }, { 'if-match': etag })).status, 200)
    assert.equal((await service.patch(path, { pmRa: 2 }, { 'if-match': etag })).status, 412)
    assert.equal((await service.patch('/v1/targets/019a5c1e-7d3a-7c4e-9b1f-2f6f0f7a1c11', {}, { 'if-match': '*' })).status, 404)
  })
})

describe('DELETE of a target', () => {
  it('takes its names and links with it, and leaves the alerts', async () => {
    const [alertId] = await insertAlertRows(service.database.pool, [{ name: 'Doomed', ra: 200, dec: 0 }])
    const { body, headers } = await service.post('/v1/targets', { alertId })
    const path = `/v1/targets/${body.id}`
    assert.equal((await service.delete(path)).status, 428)
    assert.equal((await service.delete(path, { 'if-match': '"v9"' })).status, 412)
    assert.equal((await service.delete(path, { 'if-match': headers.get('etag') ?? '' })).status, 204)
    assert.equal((await service.delete(path, { 'if-match': '*' })).status, 404)
    for (const part of ['', '/names', '/alerts', `/alerts/${alertId}/raw`]) assert.equal((await service.get(path + part)).status, 404)
    assert.equal((await service.get(`/v1/alerts/${alertId}`)).body.targetId, null)
    assert.equal((await service.post('/v1/targets', { alertId })).status, 201)
  })
})

describe('the names of a target', () => {
  it('are listed, added and taken away', async () => {
    const { path, etag } = await make({ name: 'Named' })
    const added = await service.post(`${path}/names`, { name: 'Alias' })
    assert.deepEqual([added.status, added.body.primary], [201, false])
    const again = await service.post(`${path}/names`, { name: 'A-LIAS' })
    assert.deepEqual([again.status, again.body], [200, added.body])
    const page = await service.get(`${path}/names?limit=1`)
    assert.deepEqual([page.body.items[0].name, page.body.items[0].primary], ['Named', true])
    assert.match(page.headers.get('link') ?? '', /rel="next"/)
    const rest = await service.get(`${path}/names?limit=1&cursor=${page.body.next}`)
    assert.deepEqual([rest.body.items, rest.body.next], [[added.body], null])

    const name = `${path}/names/${added.body.id}`
    assert.equal((await service.delete(name)).status, 428)
    assert.equal((await service.delete(name, { 'if-match': etag })).status, 412)
    assert.equal((await service.delete(name, { 'if-match': '"v2"' })).status, 204)
    assert.equal((await service.delete(name, { 'if-match': '*' })).status, 404)
    assert.deepEqual((await service.get(path)).body.aliases, [])
  })

  it('keep the primary one, and are nobody else’s', async () => {
    const [one, two] = [await make({ name: 'Mine' }), await make({ name: 'Yours' })]
    const { items } = (await service.get(`${one.path}/names`)).body
    assert.equal((await service.delete(`${one.path}/names/${items[0].id}`, { 'if-match': '*' })).status, 409)
    assert.equal((await service.delete(`${two.path}/names/${items[0].id}`, { 'if-match': '*' })).status, 404)
    assert.equal((await service.post(`${two.path}/names`, { name: 'MINE' })).status, 409)
    assert.equal((await service.post(`${two.path}/names`, { name: '' })).status, 422)
  })
})
