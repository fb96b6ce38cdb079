import { createGrowingBuffer } from './growing-buffer.ts'

const keptOfTooLarge = 65_536

/** The bytes of one item, and why it cannot be read where that is known already. */
export interface RawItem {
  readonly bytes: Buffer
  readonly fault: string | null
}

/** Holds the bytes of one item while they come in. */
export interface ItemHolder {
  add(part: Buffer): void
  /** Takes the item out, so that the next one can begin. */
  take(): RawItem
}

/** Makes a holder; of an item above the size [bytes] it holds only the beginning, and says so. */
export function createItemHolder(maxItemBytes: number): ItemHolder {
  const held = createGrowingBuffer()
  let isTooLarge = false

  return {
    add(part) {
      if (isTooLarge) return
      held.add(part)
      if (held.size() <= maxItemBytes) return
      isTooLarge = true
      const beginning = Buffer.from(held.bytes().subarray(0, keptOfTooLarge))
      held.clear()
      held.add(beginning)
    },
    take() {
      const fault = isTooLarge ? `is larger than ${maxItemBytes} bytes; only its beginning is kept` : null
      const item = { bytes: held.bytes(), fault }
      held.clear()
      isTooLarge = false
      return item
    }
  }
}
