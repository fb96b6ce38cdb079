import type { FastifyRequest } from 'fastify'
import { traceIdOf } from './trace.ts'

/** Who started something, and by which request: what is done later, in another process, is logged with it. */
export interface Origin {
  /** Name of the caller. */
  readonly createdBy: string
  /** Null: no request did, but a schedule. */
  readonly requestId: string | null
  /** Trace that the request belongs to; null where it named none. */
  readonly traceId: string | null
}

/** Tells where what a request starts comes from. */
export function originOf({ caller, id, headers }: FastifyRequest): Origin {
  return { createdBy: caller, requestId: id, traceId: traceIdOf(headers) }
}
