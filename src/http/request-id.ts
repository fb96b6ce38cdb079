import type { IncomingMessage } from 'node:http'
import { v7 as uuidv7 } from 'uuid'

const sane = /^[\w.:+/=@-]{1,128}$/

/** Takes the id that a proxy gave the request, when it is a sane one, or gives it one. */
export function requestId({ headers }: IncomingMessage): string {
  const given = headers['x-request-id']
  return typeof given === 'string' && sane.test(given) ? given : uuidv7()
}
