import { closeBracket, comma, isSpace } from './json-bytes.ts'
import { createItemHolder, type ItemHolder, type RawItem } from './json-item-holder.ts'
import { findValueEnd, nestingFault, newValue, type ValueState } from './json-value-end.ts'

/** Where the reading of an array stands, behind its opening bracket. */
export interface ArrayState {
  phase: 'first-item' | 'next-item' | 'in-item' | 'after-item' | 'closed'
  value: ValueState
  readonly holder: ItemHolder
}

/** The state just behind the opening bracket. */
export function newArray(maxItemBytes: number): ArrayState {
  return { phase: 'first-item', value: newValue(), holder: createItemHolder(maxItemBytes) }
}

/** What was read of a chunk: the items that ended in it, the index of what was not read, and a fault that ends the reading. */
export interface ArrayCut {
  readonly items: readonly RawItem[]
  readonly end: number
  readonly fault: string | null
}

/** Reads on in an array from an index, up to its closing bracket; nothing but white space and commas may stand between items. */
export function cutItems(array: ArrayState, chunk: Buffer, from: number): ArrayCut {
  const items: RawItem[] = []
  let index = from
  while (index < chunk.length) {
    if (array.phase === 'in-item') {
      const end = findValueEnd(array.value, chunk, index)
      array.holder.add(chunk.subarray(index, end ?? chunk.length))
      if (end === null) return { items, end: chunk.length, fault: null }
      items.push(takeItem(array))
      index = end
      continue
    }
    const byte = chunk[index]
    if (isSpace(byte)) {
      index++
    } else if (byte === closeBracket && array.phase !== 'next-item') {
      array.phase = 'closed'
      return { items, end: index, fault: null }
    } else if (array.phase !== 'after-item') {
      if (byte === comma || byte === closeBracket) return { items, end: index, fault: 'sent wrong JSON: an item is missing' }
      array.phase = 'in-item'
    } else if (byte === comma) {
      array.phase = 'next-item'
      index++
    } else {
      return { items, end: index, fault: 'sent wrong JSON: a comma is missing between two items' }
    }
  }
  return { items, end: index, fault: null }
}

function takeItem(array: ArrayState): RawItem {
  const { bytes, fault } = array.holder.take()
  const item = { bytes, fault: fault ?? nestingFault(array.value) }
  array.value = newValue()
  array.phase = 'after-item'
  return item
}
