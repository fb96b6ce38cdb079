import { mjdToIso } from '../../broker-kit/index.ts'

/** A range of time, both ends included, in the time scale of the survey; null for an open end [MJD]. */
export interface Range {
  readonly after: number | null
  readonly before: number | null
}

/** What a range is made of: instants [UTC], and what converts them to the time scale of the survey [MJD]. */
export interface RangeSource {
  readonly after?: string
  readonly before?: string
  readonly newerThan?: string | null
  toMjd(iso: string): number
}

/** The range in which everything asked for lies. */
export function rangeOf({ after, before, newerThan, toMjd }: RangeSource): Range {
  const starts = [after, newerThan].flatMap(time => (typeof time === 'string' ? [toMjd(time)] : []))
  return { after: starts.length === 0 ? null : Math.max(...starts), before: before === undefined ? null : toMjd(before) }
}

/** Tells whether an alert lies within a range; one that does not say when it was is let through. */
export function within(timeOf: (alert: unknown) => number | null, { after, before }: Range): (alert: unknown) => boolean {
  return alert => {
    const time = timeOf(alert)
    return time === null || ((after === null || time >= after) && (before === null || time <= before))
  }
}

/** An instant [MJD] as Fink reads it, to the millisecond. */
export function dateText(mjd: number): string {
  return mjdToIso(mjd).replace('T', ' ').replace('Z', '')
}

/** The same, but never before the instant. */
export function dateTextNotBefore(mjd: number): string {
  return dateText(mjd + 1 / 86_400_000)
}
