import { type Static, Type } from '@sinclair/typebox'
import { compileCheck } from '../domain/schema.ts'
import { conflict } from '../http/problems.ts'

const mostAttempts = 3

/** Another transaction has changed, or deleted, what this one had read. */
export class Overtaken extends Error {
  override readonly name = 'Overtaken'
}

/** Runs a transaction again when another one was faster; the next time, it sees what that one did. Throws 409 when none of a few gets through. */
export async function repeatOnRace<T>(transaction: () => Promise<T>): Promise<T> {
  for (let attempt = 1; attempt <= mostAttempts; attempt++) {
    try {
      return await transaction()
    } catch (error) {
      if (!isRace(error)) throw error
    }
  }
  throw conflict('Others are changing the same targets right now: ask again.')
}

/** Of Prisma: a name taken, a target deleted, a deadlock. */
const raceCodes = new Set(['P2002', 'P2003', 'P2025', 'P2034'])
/** Of PostgreSQL: the same. */
const sqlRaceCodes = new Set(['23505', '23503', '40001', '40P01'])

const RawFailure = Type.Object({
  code: Type.Literal('P2010'),
  meta: Type.Object({ driverAdapterError: Type.Object({ cause: Type.Object({ originalCode: Type.String() }) }) })
})
const isRawFailure = compileCheck(RawFailure)

/** Tells whether a transaction failed because another one was faster. */
export function isRace(error: unknown): boolean {
  if (error instanceof Overtaken) return true
  if (isRawFailure(error)) return sqlRaceCodes.has(codeOf(error))
  if (!(error instanceof Error && 'code' in error && typeof error.code === 'string')) return false
  return raceCodes.has(error.code) || sqlRaceCodes.has(error.code)
}

function codeOf({ meta }: Static<typeof RawFailure>): string {
  return meta.driverAdapterError.cause.originalCode
}
