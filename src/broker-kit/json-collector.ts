const keptOfTooLarge = 65_536

/** Puts the bytes of one item together, chunk by chunk. */
export interface Collector {
  add(part: Buffer): void
  /** Takes the bytes out; the fault says that there were too many of them. */
  take(): { readonly bytes: Buffer; readonly fault: string | null }
}

/** Makes a collector that holds at most so many bytes, and only the beginning of what is larger. */
export function createCollector(maxBytes: number): Collector {
  let parts: Buffer[] = []
  let size = 0
  return {
    add(part) {
      const before = size
      size += part.length
      if (before > maxBytes) return
      parts.push(part)
      // A copy, because a slice would hold all that it was cut from.
      if (size > maxBytes) parts = [Buffer.from(Buffer.concat(parts).subarray(0, keptOfTooLarge))]
    },
    take() {
      const bytes = parts.length === 1 && parts[0] ? parts[0] : Buffer.concat(parts)
      const fault = size > maxBytes ? `is larger than ${maxBytes} bytes; only its beginning is kept` : null
      parts = []
      size = 0
      return { bytes, fault }
    }
  }
}
