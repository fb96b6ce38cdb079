import { createHash } from 'node:crypto'
import { Type } from '@sinclair/typebox'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { type Database, inPrismaTransaction, type Transaction } from '../database.ts'
import { Problem } from './problems.ts'

/** The header that makes a POST safe to repeat. */
export const idempotencyFields = {
  'Idempotency-Key': Type.Optional(
    Type.String({
      minLength: 1,
      maxLength: 255,
      pattern: '^[\\x20-\\x7e]+$',
      description:
        'A value of your own in ASCII, new for every new request: repeating the request with it gives the same answer, and does nothing twice. Kept 24 h.'
    })
  )
}

/** What a POST answers; the body is plain JSON. */
export interface Answer {
  readonly status: number
  readonly body: unknown
  readonly headers?: Readonly<Record<string, string>>
}

interface Idempotently {
  readonly request: FastifyRequest
  readonly database: Database
  readonly effect: (tx: Transaction) => Promise<Answer>
}

/**
 * Runs the effect of a POST in one transaction, once for an Idempotency-Key: a repeated request gets the stored answer.
 * Whatever the effect throws rolls all back and is not stored, so that the request can be repeated.
 */
export function idempotently({ request, database, effect }: Idempotently): Promise<Answer> {
  const key = request.headers['idempotency-key']
  if (typeof key !== 'string') return inPrismaTransaction(database, effect)
  const scope = { caller: request.caller, method: request.method, path: pathOf(request), key }
  return inPrismaTransaction(database, async tx => {
    await occupy(tx, scope)
    const requestHash = hashOf([request.url, request.body])
    const stored = await storedAnswer(tx, scope, requestHash)
    if (stored) return stored
    const answer = await effect(tx)
    await storeAnswer(tx, { scope, requestHash, answer })
    await forgetExpired(tx)
    return answer
  })
}

/** Sends the answer of a POST. */
export function sendAnswer(reply: FastifyReply, { status, headers = {}, body }: Answer): FastifyReply {
  return reply.code(status).headers(headers).send(body)
}

interface Scope {
  readonly caller: string
  readonly method: string
  readonly path: string
  readonly key: string
}

function pathOf({ url }: FastifyRequest): string {
  return url.split('?', 1)[0] ?? url
}

/** Hashes a JSON value; the order of members does not count. */
function hashOf(value: unknown): Buffer<ArrayBuffer> {
  const ordered = JSON.stringify(value, (_, member: unknown) =>
    typeof member === 'object' && member !== null && !Array.isArray(member) ? Object.fromEntries(Object.entries(member).sort()) : member
  )
  return createHash('sha256').update(ordered).digest()
}

/** Takes the key until the transaction ends; two requests with one key never run at once. */
async function occupy(tx: Transaction, { caller, method, path, key }: Scope): Promise<void> {
  const lock = hashOf([caller, method, path, key]).readBigInt64BE()
  const [row] = await tx.$queryRaw<{ locked: boolean }[]>`SELECT pg_try_advisory_xact_lock(${lock}) AS locked`
  if (row?.locked) return
  throw new Problem(409, 'A request with this Idempotency-Key is still being served; ask again in a moment.', {
    title: 'Request In Progress',
    headers: { 'Retry-After': '1' }
  })
}

interface StoredAnswer {
  readonly requestHash: Uint8Array
  readonly status: number
  readonly headers: Record<string, string>
  readonly body: string
}

async function storedAnswer(tx: Transaction, { caller, method, path, key }: Scope, requestHash: Buffer): Promise<Answer | undefined> {
  const [row] = await tx.$queryRaw<StoredAnswer[]>`
    SELECT "requestHash", status, headers, body FROM "IdempotencyKey"
    WHERE caller = ${caller} AND method = ${method} AND path = ${path} AND key = ${key} AND "createdAt" > now() - interval '24 hours'`
  if (row === undefined) return undefined
  if (requestHash.equals(row.requestHash)) return { status: row.status, headers: row.headers, body: JSON.parse(row.body) }
  throw new Problem(422, 'This Idempotency-Key was used for another request: give every new request a new one.', {
    title: 'Idempotency Key Reused'
  })
}

async function storeAnswer(tx: Transaction, row: { scope: Scope; requestHash: Buffer; answer: Answer }): Promise<void> {
  const { caller, method, path, key } = row.scope
  const { status, headers = {}, body } = row.answer
  await tx.$executeRaw`
    INSERT INTO "IdempotencyKey" (caller, method, path, key, "requestHash", status, headers, body, "createdAt")
    VALUES (${caller}, ${method}, ${path}, ${key}, ${row.requestHash}, ${status}, ${JSON.stringify(headers)}::jsonb, ${JSON.stringify(body)}, now())
    ON CONFLICT (caller, method, path, key) DO UPDATE SET "requestHash" = excluded."requestHash", status = excluded.status,
      headers = excluded.headers, body = excluded.body, "createdAt" = excluded."createdAt"`
}

// The last statement of its transaction, and it waits for no row: two transactions can never wait for one another here.
/** Deletes some of what is older than 24 h. */
async function forgetExpired(tx: Transaction): Promise<void> {
  await tx.$executeRaw`
    DELETE FROM "IdempotencyKey" WHERE ctid IN (
      SELECT ctid FROM "IdempotencyKey" WHERE "createdAt" < now() - interval '24 hours' LIMIT 100 FOR UPDATE SKIP LOCKED)`
}
