import { Type } from '@sinclair/typebox'

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
