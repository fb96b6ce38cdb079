const noBytes: Buffer = Buffer.alloc(0)

/** Puts bytes together that come in pieces. A single piece is not copied; many tiny ones cost no more than their bytes. */
export interface GrowingBuffer {
  /** How many bytes there are. */
  size(): number
  add(piece: Buffer): void
  /** The bytes so far. */
  bytes(): Buffer
  clear(): void
}

/** Makes an empty buffer. */
export function createGrowingBuffer(): GrowingBuffer {
  let held = noBytes
  let size = 0
  let isCopy = false

  return {
    size: () => size,
    add(piece) {
      const needed = size + piece.length
      if (size === 0) {
        held = piece
        isCopy = false
      } else {
        if (!isCopy || held.length < needed) {
          const larger = Buffer.allocUnsafe(needed * 2)
          held.copy(larger, 0, 0, size)
          held = larger
          isCopy = true
        }
        piece.copy(held, size)
      }
      size = needed
    },
    bytes: () => held.subarray(0, size),
    clear() {
      held = noBytes
      size = 0
    }
  }
}
