import { conflict } from '../http/problems.ts'
import { isRace } from './write-store.ts'

const mostAttempts = 3

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
