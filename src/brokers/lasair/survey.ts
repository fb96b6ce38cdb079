import type { LasairContext } from './requests.ts'

/** What differs between the Lasair of ZTF and that of LSST. */
export interface LasairSurvey {
  /** Names of columns of the table `objects`. */
  readonly columns: {
    readonly id: string
    /** Time of the last detection. */
    readonly lastDetection: string
    /** Number of detections. */
    readonly detections: string
    /** All that are always selected. */
    readonly selected: readonly string[]
  }
  /** An instant as the column of the last detection has it. */
  timeOf(utc: string): number
  /** What every id looks like; nothing else is put into a query or a URL. */
  readonly idPattern: RegExp
  /** An id as SQL wants it. */
  literalOf(id: string): string
  /** Where the list of objects stands in the answer to a cone search. */
  readonly neighboursAt: readonly string[]
  /** Reads one object with all that Lasair knows of it; throws `not-found` for an unknown id. */
  readObject(id: string, context: LasairContext): Promise<unknown>
}
