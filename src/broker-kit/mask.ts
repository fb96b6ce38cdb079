import { inspect } from 'node:util'
import { BrokerError, isBrokerError } from './errors.ts'

/** Hides the secrets of a broker wherever text leaves for people: errors, feedback, logs. */
export interface Mask {
  /** Replaces every secret, in whatever spelling. */
  text(text: string): string
  /** What was thrown, or when it holds a secret, an error that says the same without. */
  thrown(thrown: unknown): unknown
}

/** Makes a mask for these secrets. */
export function createMask(secrets: readonly string[]): Mask {
  const spellings = [...new Set(secrets.flatMap(spellingsOf))].filter(Boolean).sort((a, b) => b.length - a.length)
  const text = (open: string) => spellings.reduce((masked, secret) => masked.replaceAll(secret, '***'), open)
  // Loggers print errors in full, with their causes and members.
  const isOpen = (thrown: unknown) => {
    const printed = inspect(thrown, { depth: 5 })
    return text(printed) !== printed
  }
  return { text, thrown: thrown => (spellings.length > 0 && isOpen(thrown) ? sayAgain(thrown, text) : thrown) }
}

/** How a secret may look where it comes back: as it is, in a URL, in a form, in JSON. */
export function spellingsOf(secret: string): string[] {
  const inForm = new URLSearchParams([['', secret]]).toString().slice(1)
  return [secret, encodeURIComponent(secret), encodeURI(secret), inForm, JSON.stringify(secret).slice(1, -1)]
}

function sayAgain(thrown: unknown, mask: Mask['text']): Error {
  if (!isBrokerError(thrown)) return new Error(mask(thrown instanceof Error ? thrown.message : String(thrown)))
  const { kind, message, retryable, upstreamStatus } = thrown
  return new BrokerError(kind, mask(message), { retryable, ...(upstreamStatus !== null && { upstreamStatus }) })
}
