/** Types of elements, as PostgreSQL names them. */
export type ElementType = 'uuid' | 'text' | 'jsonb' | 'bytea' | 'float8' | 'bigint' | 'integer'

interface Encoding {
  /** What PostgreSQL calls the type in its binary format. */
  readonly oid: number
  /** Length of a value [byte]. */
  size(value: unknown): number
  /** Writes a value at a place. */
  write(target: Buffer, value: unknown, place: number): void
}

const textual = {
  size: (value: unknown) => Buffer.byteLength(String(value)),
  write: (target: Buffer, value: unknown, place: number) => void target.write(String(value), place)
}

const encodings: Readonly<Record<ElementType, Encoding>> = {
  uuid: {
    oid: 2950,
    size: () => 16,
    write: (target, value, place) => void target.write(String(value).replaceAll('-', ''), place, 'hex')
  },
  text: { oid: 25, ...textual },
  jsonb: {
    oid: 3802,
    size: value => textual.size(value) + 1,
    write: (target, value, place) => textual.write(target, value, target.writeUInt8(1, place))
  },
  bytea: {
    oid: 17,
    size: value => (Buffer.isBuffer(value) ? value.length : 0),
    write: (target, value, place) => void (Buffer.isBuffer(value) && value.copy(target, place))
  },
  float8: { oid: 701, size: () => 8, write: (target, value, place) => void target.writeDoubleBE(Number(value), place) },
  bigint: { oid: 20, size: () => 8, write: (target, value, place) => void target.writeBigInt64BE(BigInt(String(value)), place) },
  integer: { oid: 23, size: () => 4, write: (target, value, place) => void target.writeInt32BE(Number(value), place) }
}

const headerBytes = 20
const absent = -1

/**
 * Makes an array of what is read from each item, as a parameter of a statement in PostgreSQL's binary format, which neither
 * side has to escape or parse: for the paths on which much is written. `null` and `undefined` are NULL.
 */
export function binaryArray<T>(type: ElementType, items: readonly T[], read: (item: T) => unknown): Buffer {
  const { oid, size, write } = encodings[type]
  const values = items.map(read)
  const sizes = values.map(value => (value === null || value === undefined ? absent : size(value)))
  const array = Buffer.allocUnsafe(sizes.reduce((total, length) => total + 4 + Math.max(length, 0), headerBytes))
  let place = 0
  for (const word of [values.length === 0 ? 0 : 1, sizes.includes(absent) ? 1 : 0, oid, values.length, 1])
    place = array.writeInt32BE(word, place)
  for (const [index, length] of sizes.entries()) {
    place = array.writeInt32BE(length, place)
    if (length === absent) continue
    write(array, values[index], place)
    place += length
  }
  return values.length === 0 ? array.subarray(0, 12) : array
}
