import { createHash } from 'node:crypto'
import { PhotometryPoint } from '../domain/photometry.ts'
import { type Complaint, compileCheck } from '../domain/schema.ts'
import { makeStorable, unstorableStrings } from '../domain/storable.ts'

/** A point as it is stored, and how it is told from others. */
export interface Point extends PhotometryPoint {
  /** SHA-256 of what makes it one measurement, whichever broker tells it. */
  readonly key: Buffer
  /** Hash of the values: a broker that tells the same again tells nothing new. */
  readonly hash: string
}

/** A point that cannot be stored, and why. */
export interface RejectedPoint {
  readonly reason: string
  /** SHA-256 of raw. */
  readonly itemHash: Buffer
  /** JSON of what the module made. */
  readonly raw: string
  readonly rawType: string
}

const isPoint = compileCheck(PhotometryPoint)
/** PostgreSQL has no year 0. */
const earliest = Date.parse('0001-01-01T00:00:00Z')

/** Reads a point as a broker's module makes it; what does not fit becomes a rejection. */
export function readPoint(brokerId: string, value: unknown): Point | RejectedPoint {
  if (!isPoint(value)) return rejected(value, isPoint.complaints(value))
  const unstorable = unstorableStrings(value)
  if (unstorable.length > 0) return rejected(value, unstorable)
  const time = Date.parse(value.timestamp)
  if (!(time >= earliest)) return rejected(value, [{ pointer: '/timestamp', message: 'is no instant that can be stored' }])
  const { survey, sourceId, kind, band, telescope, mag, magError, flux, fluxError } = value
  const timestamp = new Date(time).toISOString()
  const values = { timestamp, band, telescope, mag, magError, flux, fluxError }
  const key = sha256([(survey ?? brokerId).toUpperCase(), kind, sourceId, ...(sourceId === null ? [band, Math.round(time / 1000)] : [])])
  return { survey, sourceId, kind, ...values, key, hash: sha256(values).toString('base64url') }
}

function rejected(value: unknown, complaints: readonly Complaint[]): RejectedPoint {
  const raw = makeStorable(JSON.stringify(value) ?? String(value))
  const shown = complaints.slice(0, 5).map(({ pointer, message }) => `${pointer || '/'} ${message}`)
  const reason = makeStorable(`The point of the light curve does not fit: ${shown.join('; ')}.`).slice(0, 2000)
  return { reason, itemHash: createHash('sha256').update(raw).digest(), raw, rawType: 'application/json' }
}

function sha256(value: unknown): Buffer {
  return createHash('sha256').update(JSON.stringify(value)).digest()
}
