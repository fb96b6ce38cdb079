import { createHash } from 'node:crypto'
import { Type } from '@sinclair/typebox'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { Problem } from './problems.ts'

/** The header that PATCH and DELETE need. */
export const ifMatchFields = {
  'If-Match': Type.Optional(
    Type.String({ description: 'The ETag that was read; `*` for any. Required: 428 without it, 412 when it is stale.' })
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

// A proxy that compresses makes our strong tags weak; the version still tells of every edit.
const versionTagPattern = /^(?:W\/)?"v([1-9][0-9]{0,8})(?:-[\w-]+)?"$/

/** Reads the version that a client edits from If-Match, null for any; throws 428 when it is absent, 412 when it is none of ours. */
export function expectedVersion(request: Pick<FastifyRequest, 'headers'>): number | null {
  const tag = request.headers['if-match']
  if (tag === undefined) throw new Problem(428, 'Send the ETag that you read as If-Match, so that no edit of others is lost.')
  if (tag === '*') return null
  const version = versionTagPattern.exec(tag)?.[1]
  if (version === undefined) throw stale()
  return Number(version)
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
