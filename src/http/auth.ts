import { createHash, timingSafeEqual } from 'node:crypto'
import type { FastifyInstance } from 'fastify'
import { Problem } from './problems.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** Name of the token that the request came with; `local` when the service runs without tokens. */
    caller: string
  }
}

/** A caller, and the secret of its bearer token. */
export interface Token {
  readonly name: string
  readonly secret: string
}

const credentials = /^bearer +(\S+) *$/i

/** Wants a bearer token for every route of this scope, and names the caller in the request; without tokens, everyone is `local`. */
export function requireToken(scope: FastifyInstance, tokens: readonly Token[]): void {
  if (tokens.length === 0) return
  const known = tokens.map(({ name, secret }) => ({ name, hash: hashOf(secret) }))
  scope.addHook('onRequest', async request => {
    const secret = credentials.exec(request.headers.authorization ?? '')?.[1] ?? ''
    const given = hashOf(secret)
    // Every token is compared, in constant time: how long it takes tells nothing about any of them.
    const [caller] = known.filter(({ hash }) => timingSafeEqual(hash, given))
    if (caller === undefined) throw unauthorized()
    request.caller = caller.name
  })
}

function hashOf(secret: string): Buffer {
  return createHash('sha256').update(secret).digest()
}

function unauthorized(): Problem {
  return new Problem(401, 'Send one of the tokens of API_TOKENS as `Authorization: Bearer <secret>`.', {
    headers: { 'WWW-Authenticate': 'Bearer realm="tom-alerts-service"' }
  })
}
