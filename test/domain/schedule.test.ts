import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { nextStarts, type Schedule, scheduleComplaints } from '../../src/domain/schedule.ts'

const minute = 60_000
const day = 1440 * minute

/** What the clocks of a time zone show. */
function clockOf(timeZone: string) {
  const format = new Intl.DateTimeFormat('en-GB', {
    timeZone,
    ...{ year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit', weekday: 'short' }
  })
  return (instant: number) => {
    const parts = Object.fromEntries(format.formatToParts(instant).map(({ type, value }) => [type, value]))
    return { date: `${parts['year']}-${parts['month']}-${parts['day']}`, hour: Number(parts['hour']), minute: Number(parts['minute']) }
  }
}

/** How long after the times of its schedule a query starts [ms]. */
function delayOf(key: string): number {
  const schedule = { cron: '0 0 1 1 *', timeZone: 'UTC' }
  const [start] = nextStarts(schedule, { key, after: new Date('2027-06-01T00:00:00Z'), count: 1 })
  return (start?.getTime() ?? 0) - Date.parse('2028-01-01T00:00:00Z')
}

/** Times of a schedule in a span, without the delay. */
function timesIn({ cron, timeZone, from, to }: { cron: string; timeZone: string; from: number; to: number }): number[] {
  const times: number[] = []
  const delay = delayOf('key')
  for (let after = from - 1; after < to; ) {
    const [next] = nextStarts({ cron, timeZone }, { key: 'key', after: new Date(after + delay), count: 1 })
    if (next === undefined || next.getTime() - delay >= to) break
    after = next.getTime() - delay
    times.push(after)
  }
  return times
}

// Spans that have a change of clocks in them: by an hour, by half an hour, at midnight, southern, and none.
const spans = [
  ['Europe/Berlin', '2027-03-27'],
  ['Europe/Berlin', '2027-10-30'],
  ['America/Santiago', '2027-04-03'],
  ['America/Santiago', '2027-09-04'],
  ['America/Havana', '2027-03-13'],
  ['America/Havana', '2027-11-06'],
  ['Australia/Lord_Howe', '2027-04-03'],
  ['Australia/Lord_Howe', '2027-10-02'],
  ['UTC', '2028-02-28'],
  ['Asia/Kathmandu', '2027-12-31']
] as const

const span = fc.constantFrom(...spans)
const someOf = (most: number) =>
  fc.uniqueArray(fc.nat(most), { minLength: 1, maxLength: 3 }).map(values => values.toSorted((a, b) => a - b))

describe('a schedule', () => {
  it('of wildcards and steps comes whenever the clock shows one of its times, in a repeated hour twice', () => {
    const step = fc.constantFrom(1, 5, 7, 15, 30)
    const hours = fc.option(someOf(23), { nil: null })
    fc.assert(
      fc.property(span, step, hours, ([timeZone, date], every, hours) => {
        const from = Date.parse(date)
        const clock = clockOf(timeZone)
        const expected: number[] = []
        for (let instant = from; instant < from + 3 * day; instant += minute) {
          const shown = clock(instant)
          if (shown.minute % every === 0 && (hours === null || hours.includes(shown.hour))) expected.push(instant)
        }
        const cron = `*/${every} ${hours?.join(',') ?? '*'} * * *`
        assert.deepEqual(timesIn({ cron, timeZone, from, to: from + 3 * day }), expected, cron)
      }),
      { numRuns: 20 }
    )
  })

  it('of fixed times comes once for each of them, every day: what a change of clocks leaves out, right after it', () => {
    fc.assert(
      fc.property(span, someOf(59), someOf(23), ([timeZone, date], minutes, hours) => {
        const from = Date.parse(date)
        const clock = clockOf(timeZone)
        const firstOf = new Map<string, number>()
        const days = new Set<string>()
        const minuteOf = (shown: { hour: number; minute: number }) => shown.hour * 60 + shown.minute
        for (let instant = from - day; instant < from + 4 * day; instant += minute) {
          const shown = clock(instant)
          days.add(shown.date)
          const name = `${shown.date} ${minuteOf(shown)}`
          if (!firstOf.has(name)) firstOf.set(name, instant)
        }
        // The clock jumps over a time at the instant at which it first shows something later.
        const instantOf = (date: string, wanted: number) => {
          for (let shown = wanted; shown < 1440; shown++) {
            const instant = firstOf.get(`${date} ${shown}`)
            if (instant !== undefined) return instant
          }
          return undefined
        }
        const wanted = hours.flatMap(hour => minutes.map(minute => hour * 60 + minute))
        const expected = [...new Set([...days].flatMap(date => wanted.flatMap(time => instantOf(date, time) ?? [])))]
          .filter(instant => instant >= from && instant < from + 3 * day)
          .sort((a, b) => a - b)
        const cron = `${minutes.join(',')} ${hours.join(',')} * * *`
        assert.deepEqual(timesIn({ cron, timeZone, from, to: from + 3 * day }), expected, cron)
      }),
      { numRuns: 25 }
    )
  })

  it('of a day of the month and a day of the week comes on either', () => {
    const from = Date.parse('2027-08-01')
    const days = timesIn({ cron: '0 0 13 * 5', timeZone: 'UTC', from, to: from + 31 * day }).map(time => new Date(time).getUTCDate())
    assert.deepEqual(days, [6, 13, 20, 27])
    const named = timesIn({ cron: '0 12 2 aug Mon', timeZone: 'UTC', from, to: from + 31 * day }).map(time => new Date(time).getUTCDate())
    assert.deepEqual(named, [2, 9, 16, 23, 30])
  })

  it('is always one and the same time late, less than a minute; a thousand of them are spread over that minute', () => {
    const schedule = { cron: '0 * * * *', timeZone: 'UTC' }
    const after = new Date('2027-01-01T00:30:00Z')
    const seconds = new Map<number, number>()
    for (let query = 0; query < 1000; query++) {
      const starts = nextStarts(schedule, { key: `query-${query}`, after, count: 3 })
      assert.deepEqual(nextStarts(schedule, { key: `query-${query}`, after, count: 3 }), starts)
      const [first = 0, second = 0, third = 0] = starts.map(start => start.getTime() - Date.parse('2027-01-01T01:00:00Z'))
      assert.ok(first >= 0 && first < minute, String(first))
      assert.deepEqual([second - first, third - second], [60 * minute, 60 * minute])
      seconds.set(first / 1000, (seconds.get(first / 1000) ?? 0) + 1)
    }
    assert.ok(seconds.size > 50)
    assert.ok(Math.max(...seconds.values()) < 40)
  })

  it('misses none of its times when each start is asked for after the one before', () => {
    fc.assert(
      fc.property(fc.string(), span, fc.nat(3 * 1440), (key, [timeZone, date], minutes) => {
        const schedule = { cron: '*/20 * * * *', timeZone }
        const after = new Date(Date.parse(date) + minutes * minute)
        const starts = nextStarts(schedule, { key, after, count: 4 })
        let previous = after
        for (const start of starts) {
          assert.deepEqual(nextStarts(schedule, { key, after: previous, count: 1 }), [start])
          assert.ok(start > previous)
          previous = start
        }
      }),
      { numRuns: 50 }
    )
  })

  it('does not come while it is paused', () => {
    assert.deepEqual(nextStarts({ cron: '* * * * *', timeZone: 'UTC', paused: true }, { key: 'a', after: new Date(), count: 3 }), [])
  })

  const good: Schedule[] = [
    { cron: '* * * * *', timeZone: 'UTC' },
    { cron: ' 0  4,16 1-15/2 jan-MAR mon,Wed ', timeZone: 'america/santiago' },
    { cron: '0 0 29 2 *', timeZone: 'Etc/GMT+4' },
    { cron: '0 0 * * 7', timeZone: 'Pacific/Chatham', paused: true, onlyNew: true }
  ]
  const bad: [schedule: object, pointer: string, message: RegExp][] = [
    [{ cron: '0 * * * *' }, '/timeZone', /is required/],
    [{ cron: '0 * * * *', timeZone: 'Mars/Olympus' }, '/timeZone', /IANA/],
    [{ cron: '0 * * * *', timeZone: '+01:00' }, '/timeZone', /IANA/],
    [{ cron: '* * * *', timeZone: 'UTC' }, '/cron', /five fields/],
    [{ cron: '0 0 * * * *', timeZone: 'UTC' }, '/cron', /five fields/],
    [{ cron: '@daily', timeZone: 'UTC' }, '/cron', /five fields/],
    [{ cron: '2027-01-01T00:00:00', timeZone: 'UTC' }, '/cron', /five fields/],
    [{ cron: '0 0 L * *', timeZone: 'UTC' }, '/cron', /five fields/],
    [{ cron: '0 0 15W * *', timeZone: 'UTC' }, '/cron', /five fields/],
    [{ cron: '0 0 ? * 5#2', timeZone: 'UTC' }, '/cron', /five fields/],
    [{ cron: '60 * * * *', timeZone: 'UTC' }, '/cron', /minute: 60/],
    [{ cron: '0 24 * * *', timeZone: 'UTC' }, '/cron', /hour: 24/],
    [{ cron: '0 0 * * foo', timeZone: 'UTC' }, '/cron', /times of a clock/],
    [{ cron: '*/0 * * * *', timeZone: 'UTC' }, '/cron', /stepping/],
    [{ cron: '30-10 * * * *', timeZone: 'UTC' }, '/cron', /From value/],
    [{ cron: '0 0 30 2 *', timeZone: 'UTC' }, '/cron', /a time that comes/],
    [{ cron: '0 0 * * *', timeZone: 'UTC', seconds: 1 }, '/seconds', /not known/],
    [{ cron: 5, timeZone: 'UTC', paused: 'no' }, '/cron', /a string/]
  ]
  for (const schedule of good) it(`is good as ${JSON.stringify(schedule)}`, () => assert.deepEqual(scheduleComplaints(schedule), []))
  for (const [schedule, pointer, message] of bad) {
    it(`is refused as ${JSON.stringify(schedule)}`, () => {
      const [complaint] = scheduleComplaints(schedule)
      assert.equal(complaint?.pointer, pointer)
      assert.match(complaint?.message ?? '', message)
    })
  }
})
