import { Type } from '@sinclair/typebox'

const longestWait = 60

/** The header that asks a run to be waited for (RFC 7240). */
export const preferFields = {
  Prefer: Type.Optional(
    Type.String({
      maxLength: 200,
      description: `\`wait=N\`: answer when the run has ended, at the latest after N seconds, ${longestWait} at most [s].`
    })
  )
}

/** Reads how long the client wants to wait [s]; 0 when it does not say so, or says it wrongly: a preference is no command. */
export function preferredWait(header: string | string[] | undefined): number {
  const seconds = /(?:^|[,;\s])wait\s*=\s*"?(\d{1,6})"?\s*(?:$|[,;])/i.exec([header].flat().join(','))?.[1]
  return Math.min(Number(seconds ?? 0), longestWait)
}
