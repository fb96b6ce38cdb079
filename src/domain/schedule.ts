import { createHash } from 'node:crypto'
import { type Static, Type } from '@sinclair/typebox'
import { Cron } from 'croner'
import { type Complaint, compileCheck } from './schema.ts'

/** When something happens by itself, by a clock on the wall somewhere. */
export const Schedule = Type.Object(
  {
    cron: Type.String({
      maxLength: 200,
      description: 'Five fields: minute, hour, day of month, month, day of week. Lists, ranges, steps and English names can be used.',
      examples: ['30 4 * * 1-5']
    }),
    timeZone: Type.String({
      maxLength: 100,
      description: 'Whose clock: a time zone of IANA.',
      examples: ['UTC', 'America/Santiago']
    }),
    paused: Type.Optional(Type.Boolean({ default: false, description: 'Whether it rests. What falls into a pause is not made up for.' })),
    onlyNew: Type.Optional(
      Type.Boolean({
        default: false,
        description:
          'Whether to ask only for alerts that are newer than `newestAlertAt`, less a day in case some come late. A broker that cannot be asked so answers everything.'
      })
    )
  },
  {
    additionalProperties: false,
    description: 'When a query runs by itself.',
    examples: [{ cron: '0 * * * *', timeZone: 'UTC', onlyNew: true }]
  }
)
export type Schedule = Static<typeof Schedule>

/** Tells whether a value is a schedule by its form. */
export const isSchedule = compileCheck(Schedule)

// No seconds, and none of the extensions that only some know.
const value = '(\\d+|[a-z]{3})'
const part = `(\\*|${value}(-${value})?)(/\\d+)?`
const fiveFields = new RegExp(`^\\s*${part}(,${part})*(\\s+${part}(,${part})*){4}\\s*$`, 'i')

/** Says everything that is wrong with a schedule. */
export function scheduleComplaints(schedule: unknown): Complaint[] {
  if (!isSchedule(schedule)) return isSchedule.complaints(schedule)
  if (!isTimeZone(schedule.timeZone)) return [{ pointer: '/timeZone', message: 'must be a time zone of IANA, as in America/Santiago' }]
  const fault = cronFault(schedule)
  return fault === null ? [] : [{ pointer: '/cron', message: fault }]
}

function isTimeZone(name: string): boolean {
  // A difference to UTC, such as +01:00, is no time zone: it knows no summer.
  if (!/^[a-z]/i.test(name)) return false
  try {
    Intl.DateTimeFormat('en', { timeZone: name })
    return true
  } catch {
    return false
  }
}

function cronFault(schedule: Schedule): string | null {
  if (!fiveFields.test(schedule.cron)) {
    return 'must have five fields, as in 30 4 * * 1-5: minute, hour, day of month, month, day of week'
  }
  try {
    return timesOf(schedule, new Date(), 1).length === 0 ? 'must name a time that comes' : null
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    return `must be times of a clock: ${reason.replace(/^CronPattern: /, '')}`
  }
}

/** Starts are spread over a minute, so that what many have in common, the full hour, is not one instant [s]. */
const spread = 60

interface Start {
  /** Whose schedule it is; the same one always starts equally long after the times of its schedule, less than a minute. */
  readonly key: string
  /** Only times after this one. */
  readonly after: Date
  readonly count: number
}

/** The next times at which something is started by its schedule; none while it is paused. */
export function nextStarts(schedule: Schedule, { key, after, count }: Start): Date[] {
  if (schedule.paused) return []
  const delay = (createHash('sha256').update(key).digest().readUInt32BE() % spread) * 1000
  return timesOf(schedule, new Date(after.getTime() - delay), count).map(time => new Date(time.getTime() + delay))
}

/**
 * Times of a clock on the wall. One that a change to summer time leaves out comes right after the change, one that comes
 * twice counts once; where the minute or the hour is a wildcard or a step, it is the time that passes which counts.
 */
function timesOf({ cron, timeZone }: Schedule, after: Date, count: number): Date[] {
  return new Cron(cron, { timezone: timeZone, mode: '5-part', fixedTimeRule: 'no-wildcard' }).nextRuns(count, after)
}
