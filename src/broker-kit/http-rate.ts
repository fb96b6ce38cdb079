import type { Dispatcher } from 'undici'
import type { RateLimit } from './gate.ts'

// x-rate-limit-remaining, x-ratelimit-remaining, ratelimit-remaining, x-cone-rate-limit-remaining: brokers have one of their
// own for some requests.
const rateHeader = /^(?:x-)?(.*?)-?rate-?limit-(remaining|reset)$/
const firstEpoch = 1e9

/** Reads what the headers of an answer say about a limit: of several limits, the one that stops us first and longest. */
export function readRate(headers: Dispatcher.ResponseData['headers']): RateLimit | null {
  const limits = new Map<string, { remaining?: number; reset?: number }>()
  for (const [header, value] of Object.entries(headers)) {
    const [, name, part] = rateHeader.exec(header) ?? []
    if (name === undefined || typeof value !== 'string') continue
    const limit = limits.get(name) ?? {}
    limits.set(name, { ...limit, ...(part === 'reset' ? resetIn(value) : remainingIn(value)) })
  }
  const [first = null] = [...limits.values()]
    .flatMap(({ remaining, reset }) => (remaining === undefined || reset === undefined ? [] : [{ remaining, resetsIn: reset }]))
    .sort((a, b) => a.remaining - b.remaining || b.resetsIn - a.resetsIn)
  return first
}

function remainingIn(text: string): { remaining?: number } {
  if (/^\s*exceeded\s*$/i.test(text)) return { remaining: 0 }
  return /^\s*-?\d{1,12}\s*$/.test(text) ? { remaining: Math.max(0, Number(text)) } : {}
}

/** Seconds from now, or since 1970. */
function resetIn(text: string): { reset?: number } {
  if (!/^\s*\d{1,12}(\.\d+)?\s*$/.test(text)) return {}
  const seconds = Number(text)
  return { reset: Math.max(0, seconds > firstEpoch ? seconds * 1000 - Date.now() : seconds * 1000) }
}
