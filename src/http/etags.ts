import { createHash } from 'node:crypto'
import { Type } from '@sinclair/typebox'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { Problem } from './problems.ts'

/** The header that PATCH and DELETE need. */
export const ifMatchFields = {
  'If-Match': Type.Optional(
    Type.String({
      pattern: '^([*]|(W/)?"[^"]*"([ \\t]*,[ \\t,]*(W/)?"[^"]*")*)$',
      description:
        'The ETag that was read, in its quotes; of several, separated by commas, one must fit; `*` for any. Required: 428 without it, 412 when it is stale, or weak.',
      examples: ['"v3"']
    })
  )
}

/** The header that makes a GET cheap when nothing has changed. */
export const ifNoneMatchFields = {
  'If-None-Match': Type.Optional(Type.String({ description: 'The ETag that is known already: 304 when it is still the same.' }))
}

/** Makes the ETag of something that has no version: a hash of its content. */
export function etagOf(body: unknown): string {
  return `"${hashOf(body)}"`
}

function hashOf(body: unknown): string {
  return createHash('sha256').update(JSON.stringify(body)).digest('base64url').slice(0, 22)
}

/** Makes the ETag of something whose edits are counted; what else its answer shows can follow the version. */
export function versionTag(version: number, shown?: unknown): string {
  return shown === undefined ? `"v${version}"` : `"v${version}-${hashOf(shown)}"`
}

/** The versions of a resource that a client means to edit; null for any. */
export type Versions = readonly number[] | null

const versionTagPattern = /^"v([1-9][0-9]{0,8})(?:-[\w-]+)?"$/

/**
 * Reads the versions that a client means to edit from If-Match; throws 428 when it is absent, 412 when there is none of
 * ours in it. A weak ETag is none: RFC 9110 wants a strong comparison.
 */
export function expectedVersions(request: Pick<FastifyRequest, 'headers'>): Versions {
  const tag = request.headers['if-match']
  if (tag === undefined) throw new Problem(428, 'Send the ETag that you read as If-Match, so that no edit of others is lost.')
  if (tag === '*') return null
  const tags = tag.match(/(?:W\/)?"[^"]*"/g) ?? []
  const versions = tags.flatMap(one => versionTagPattern.exec(one)?.[1] ?? []).map(Number)
  if (versions.length > 0) return versions
  if (tags.some(one => one.startsWith('W/'))) throw new Problem(412, 'A weak ETag is no proof of what you read: send it without W/.')
  throw stale()
}

/** Tells whether a version is one that the client means. */
export function isExpected(version: number, expected: Versions): boolean {
  return expected === null || expected.includes(version)
}

/** It was edited since the client read it. */
export function stale(): Problem {
  return new Problem(412, 'It was changed since you read it: read it again, and send its new ETag as If-Match.')
}

/** Sends a resource with its ETag, or 304 when the client has it already. */
export function sendResource(reply: FastifyReply, body: unknown, etag: string): FastifyReply {
  reply.header('ETag', etag)
  const known = reply.request.headers['if-none-match']?.split(',').map(tag => tag.trim().replace(/^W\//, ''))
  return known?.some(tag => tag === etag || tag === '*') ? reply.code(304).send() : reply.send(body)
}
