import { gone, type Problem } from '../http/problems.ts'

/** Retention has dropped what a reader would come to next. */
export function resultsDropped(): Problem {
  return gone(
    'The results of the run that come next were older than RUN_RETENTION_DAYS and have been dropped; its counts stay, and what targets came from is kept with them. Without a cursor the reading begins with the oldest results that are kept, where there are any.'
  )
}

/** How far retention has dropped the results of a run. */
export interface DroppedResults {
  /** Position of the last result that was dropped; 0 = none was. */
  readonly resultsDropped: bigint
  readonly lastPosition: bigint
  readonly finishedAt: Date | null
}

/** Throws 410 when a reader who goes on behind a position would miss results; who has read nothing yet begins with the oldest that are kept. */
export function refuseDropped({ resultsDropped: dropped, lastPosition, finishedAt }: DroppedResults, after: bigint): void {
  const isEmpty = finishedAt !== null && dropped === lastPosition
  if (after < dropped && (after > 0n || isEmpty)) throw resultsDropped()
}
