import { hash } from 'node:crypto'
import type { InstalledBroker } from '../broker-kit/registry.ts'
import { sourceOf, unreadableReason } from '../broker-kit/source.ts'
import type { GenericAlert } from '../domain/alert.ts'
import { genericAlertComplaints } from '../domain/alert.ts'
import type { Complaint } from '../domain/schema.ts'
import { isStorable, makeStorable } from '../domain/storable.ts'

/** What a raw alert became: an alert to be stored, or a rejection that says why not. */
export type RunItem = AlertItem | RejectionItem

/** A raw alert that could be read. */
export interface AlertItem extends ItemBase {
  readonly generic: GenericAlert
  /** SHA-256 of the raw text, volatile fields left out. */
  readonly contentHash: Buffer
}

/** A raw alert that could not be read. */
export interface RejectionItem extends ItemBase {
  readonly reason: string
}

interface ItemBase {
  /** What is counted once in a run: SHA-256 of broker alert id and content, for a rejection of its text. */
  readonly itemHash: Buffer
  readonly raw: string
  readonly rawType: string
}

/** Turns what a module yielded into an item of the run; one unreadable alert is that alert's trouble, not the run's. */
export function normaliseAlert(broker: InstalledBroker, value: unknown): RunItem {
  const { text, mediaType } = sourceOf(value) ?? { text: textOf(value), mediaType: 'application/json' }
  const reject = (reason: string) => rejection(reason, text, mediaType)
  const unreadable = unreadableReason(value)
  if (unreadable !== null) return reject(unreadable)
  if (!isStorable(text)) return reject('The text holds U+0000 or half of a surrogate pair.')
  const complaints = broker.alertComplaints(value)
  if (complaints.length > 0) return reject(sentence('The alert', complaints))
  try {
    const generic = broker.module.toGenericAlert(value, { baseUrl: broker.baseUrl })
    const faults = genericAlertComplaints(generic)
    if (faults.length > 0) return reject(sentence('The generic alert', faults))
    const contentHash = hashOf(contentOf(broker.module.volatile, value, text))
    return { generic, contentHash, itemHash: hashOf(`${generic.id}\u0000${contentHash.toString('hex')}`), raw: text, rawType: mediaType }
  } catch (error) {
    return reject(`The module could not normalise the alert: ${error instanceof Error ? error.message : String(error)}`)
  }
}

/** The text of a value that came without one; a value that JSON cannot hold has the text that JavaScript gives it. */
function textOf(value: unknown): string {
  try {
    return JSON.stringify(value) ?? String(value)
  } catch {
    return String(value)
  }
}

function rejection(reason: string, text: string, rawType: string): RejectionItem {
  const raw = makeStorable(text)
  return { reason: makeStorable(reason).slice(0, 2000), itemHash: hashOf(raw), raw, rawType }
}

function sentence(subject: string, complaints: readonly Complaint[]): string {
  const shown = complaints.slice(0, 5).map(({ pointer, message }) => `${pointer || '/'} ${message}`)
  return `${subject} does not fit: ${shown.join('; ')}.`
}

/** The text without the fields that change by themselves; then the order of members does not count either, as some brokers shuffle it. */
function contentOf(volatile: readonly string[] | undefined, value: unknown, text: string): string {
  if (volatile === undefined || volatile.length === 0) return text
  return JSON.stringify(value, (key, member) => (volatile.includes(key) ? undefined : inOrder(member)))
}

function inOrder(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
}

function hashOf(text: string): Buffer {
  return hash('sha256', text, 'buffer')
}
