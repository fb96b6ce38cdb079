import type { FastifyInstance } from 'fastify'
import { quoteLongIntegers } from '../broker-kit/lossless-json.ts'
import { Problem } from './problems.ts'

const utf8 = new TextDecoder('utf-8', { fatal: true })

/** Takes JSON bodies, and no others; an empty one counts as none. Integers that no double holds become texts of their digits. */
export function readJsonBodies(app: FastifyInstance): void {
  const parse = app.getDefaultJsonParser('error', 'error')
  app.removeAllContentTypeParsers()
  app.addContentTypeParser<Buffer>(['application/json', 'application/merge-patch+json'], { parseAs: 'buffer' }, (request, body, done) => {
    if (body.length === 0) return done(null, undefined)
    const text = decode(body)
    return text === undefined ? done(new Problem(400, 'The body is not UTF-8.')) : parse(request, quoteLongIntegers(text), done)
  })
}

function decode(body: Buffer): string | undefined {
  try {
    return utf8.decode(body)
  } catch {
    return undefined
  }
}
