import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { type Answer, type Service, startService } from '../helpers/service.ts'

const sand = { name: 'Sand', brokerId: 'my-broker', parameters: { targetName: 'Tatooine' } }
const yearly = { cron: '0 0 1 1 *', timeZone: 'UTC' }

describe('the schedule of a query', () => {
  let service: Service
  before(async () => {
    service = await startService()
  })
  after(() => service.close())

  const tagOf = (answer: Answer) => ({ 'if-match': answer.headers.get('etag') ?? '' })
  const save = async (more: object) => {
    const answer = await service.post('/v1/queries', { ...sand, ...more })
    assert.equal(answer.status, 201, answer.text)
    return { answer, path: answer.headers.get('location') ?? '', tag: tagOf(answer) }
  }
  const complaintsOf = (answer: Answer): Record<string, string> => {
    assert.equal(answer.status, 422, answer.text)
    return Object.fromEntries(answer.body.errors.map(({ pointer, message }: { pointer: string; message: string }) => [pointer, message]))
  }

  it('is saved, and its next three times are shown', async () => {
    const { answer, path } = await save({ schedule: yearly })
    assert.deepEqual(answer.body.schedule, { ...yearly, paused: false, onlyNew: false })
    const years = answer.body.nextRunsAt.map((time: string) => Number(time.slice(0, 4)))
    assert.deepEqual(years, [years[0], years[0] + 1, years[0] + 2])
    for (const time of answer.body.nextRunsAt) {
      assert.match(time, /^\d{4}-01-01T00:00:\d\d\.000Z$/)
      assert.ok(Date.parse(time) > Date.now())
    }
    assert.deepEqual((await service.get(path)).body, answer.body)
    assert.deepEqual((await service.get('/v1/queries?limit=500')).body.items.at(-1), answer.body)
  })

  it('is refused when it is none, and told where and what would be right', async () => {
    const refused = [
      [{ cron: '0 0 * *', timeZone: 'UTC' }, '/schedule/cron', /five fields/],
      [{ cron: '0 0 30 2 *', timeZone: 'UTC' }, '/schedule/cron', /comes/],
      [{ cron: '0 0 * * *', timeZone: 'Mars/Olympus' }, '/schedule/timeZone', /IANA/],
      [{ cron: '0 0 * * *' }, '/schedule/timeZone', /required/],
      [{ ...yearly, jitter: 5 }, '/schedule/jitter', /not known/],
      [{ ...yearly, paused: 'yes' }, '/schedule/paused', /true or false/],
      ['0 0 * * *', '/schedule', /object/],
      [null, '/schedule', /object/]
    ] as const
    for (const [schedule, pointer, message] of refused) {
      assert.match(complaintsOf(await service.post('/v1/queries', { ...sand, schedule }))[pointer] ?? '', message)
    }
    const { path, tag } = await save({ schedule: yearly })
    assert.match(complaintsOf(await service.patch(path, { schedule: { cron: null } }, tag))['/schedule/cron'] ?? '', /required/)
    assert.match(complaintsOf(await service.patch(path, { schedule: { seconds: 1 } }, tag))['/schedule/seconds'] ?? '', /not known/)
    assert.match(complaintsOf(await service.patch(path, { schedule: [] }, tag))['/schedule'] ?? '', /object or null/)
  })

  it('is complained about together with all else that is wrong', async () => {
    const onAlert = { createTargets: { when: { mag: { min: 3, max: 2 } } } }
    const answer = await service.post('/v1/queries', { ...sand, parameters: {}, schedule: { ...yearly, cron: '60 0 * * *' }, onAlert })
    assert.deepEqual(Object.keys(complaintsOf(answer)), ['/parameters/targetName', '/schedule/cron', '/onAlert/createTargets/when/mag/min'])
  })

  it('is paused, resumed, changed and taken away by merge patch', async () => {
    const { answer, path, tag } = await save({ schedule: { ...yearly, onlyNew: true } })
    const paused = await service.patch(path, { schedule: { paused: true } }, tag)
    assert.deepEqual(paused.body.schedule, { ...yearly, paused: true, onlyNew: true })
    assert.deepEqual(paused.body.nextRunsAt, [])
    const resumed = await service.patch(path, { schedule: { paused: false } }, tagOf(paused))
    assert.deepEqual(resumed.body.nextRunsAt, answer.body.nextRunsAt)
    const moved = await service.patch(path, { schedule: { timeZone: 'Asia/Kathmandu' } }, tagOf(resumed))
    assert.match(moved.body.nextRunsAt[0], /-12-31T18:15:/)
    const gone = await service.patch(path, { schedule: null }, tagOf(moved))
    assert.deepEqual([gone.body.schedule, gone.body.nextRunsAt], [null, []])
    const made = await service.patch(path, { schedule: yearly }, tagOf(gone))
    assert.deepEqual(made.body.nextRunsAt, answer.body.nextRunsAt)
  })

  it('can be paused while its broker is not installed', async () => {
    const { path } = await save({ schedule: yearly })
    await service.database.prisma.brokerQuery.updateMany({ where: { id: path.split('/').at(-1) ?? '' }, data: { brokerId: 'gone-broker' } })
    const paused = await service.patch(path, { schedule: { paused: true } }, { 'if-match': '*' })
    assert.equal(paused.status, 200, paused.text)
    assert.deepEqual([paused.body.brokerInstalled, paused.body.nextRunsAt], [false, []])
  })

  it('is not lost when a query is copied', async () => {
    const { answer } = await save({ schedule: yearly, onAlert: { createTargets: { onMatch: 'reject', when: { bands: ['g', 'r'] } } } })
    const { name, brokerId, parameters, schedule, onAlert } = answer.body
    const copy = await save({ name, brokerId, parameters, schedule, onAlert })
    assert.deepEqual([copy.answer.body.schedule, copy.answer.body.onAlert], [schedule, onAlert])
  })

  it('stands beside what alerts set off, which is checked, edited and taken away in the same way', async () => {
    const createTargets = { when: { mag: { max: 18.5 }, cone: { ra: 0, dec: -90, radius: 60 } }, listName: 'Bright' }
    const { answer, path, tag } = await save({ onAlert: { createTargets } })
    assert.deepEqual(answer.body.onAlert, { createTargets: { onMatch: 'link', ...createTargets } })
    const change = { onAlert: { createTargets: { when: { mag: { max: null, min: 12 }, cone: null }, listName: null } } }
    const edited = await service.patch(path, change, tag)
    assert.deepEqual(edited.body.onAlert, { createTargets: { onMatch: 'link', when: { mag: { min: 12 } } } })
    const empty = await service.patch(path, { onAlert: { createTargets: { when: { mag: { min: null } } } } }, tagOf(edited))
    assert.deepEqual(Object.keys(complaintsOf(empty)), ['/onAlert/createTargets/when/mag'])
    const gone = await service.patch(path, { onAlert: null }, tagOf(edited))
    assert.equal(gone.body.onAlert, null)
    for (const onAlert of [
      {},
      { createTargets: { when: 'mag < 3' } },
      { createTargets: {}, mail: 'me' },
      { createTargets: { when: { ra: 3 } } }
    ]) {
      assert.equal((await service.post('/v1/queries', { ...sand, onAlert })).status, 422, JSON.stringify(onAlert))
    }
  })

  it('puts targets into no list that could not be made by itself', async () => {
    const { path } = await save({ onAlert: { createTargets: { listName: 'x'.repeat(200) } } })
    for (const listName of ['', ' ', 'Auto, list', ' x', 'x ', 'x'.repeat(201)]) {
      assert.ok(complaintsOf(await service.post('/v1/target-lists', { name: listName }))['/name'], listName)
      const onAlert = { createTargets: { listName } }
      for (const answer of [
        await service.post('/v1/queries', { ...sand, onAlert }),
        await service.patch(path, { onAlert }, { 'if-match': '*' })
      ]) {
        assert.deepEqual(new Set(Object.keys(complaintsOf(answer))), new Set(['/onAlert/createTargets/listName']), listName)
      }
    }
  })
})
