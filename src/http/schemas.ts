import { Type } from '@sinclair/typebox'
import type { JsonObject } from './merge-patch.ts'

// The format `uuid` alone takes `urn:uuid:...` too, which PostgreSQL does not.
/** An identifier of ours. */
export const Uuid = Type.String({
  format: 'uuid',
  pattern: '^[0-9A-Fa-f]{8}-',
  description: 'Identifier, given by this service [UUIDv7].',
  examples: ['019a5c1e-7d3a-7c4e-9b1f-2f6f0f7a1c11']
})

/** An instant. */
export const Timestamp = Type.String({
  format: 'date-time',
  description: 'Instant [UTC, RFC 3339].',
  examples: ['2026-11-24T08:15:30.000Z']
})

const anyObject = { type: 'object', additionalProperties: true }

/** A JSON object that a client sends; what it may hold is checked by others. */
export function ObjectIn(options: object) {
  return Type.Unsafe<JsonObject>({ ...anyObject, ...options })
}

/** A JSON object that a client gets as it is. */
export function ObjectOut(options: object) {
  return Type.Unsafe<unknown>({ ...anyObject, ...options })
}
