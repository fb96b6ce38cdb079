import type { TObject } from '@sinclair/typebox'
import { type Static, Type } from '../../broker-kit/index.ts'

/** A row of the table of objects, and a whole object, which is known by a member of its own. */
interface Shapes<R extends TObject, W extends TObject> {
  readonly row: R
  readonly whole: W
  readonly mark: keyof W['properties'] & string
}

/** Makes the schema of what is one or the other. */
export function rowOrWhole<R extends TObject, W extends TObject>({ row, whole, mark }: Shapes<R, W>) {
  const [ofRow = [], ofWhole = []] = [row.required, whole.required]
  return Type.Unsafe<Static<R> | Static<W>>({
    type: 'object',
    properties: { ...row.properties, ...whole.properties },
    required: ofRow.filter(name => ofWhole.includes(name)),
    // Said this way rather than as a union, so that a complaint is about the one that it is.
    if: { required: [mark] },
    // biome-ignore lint/suspicious/noThenProperty: JSON Schema calls it so
    then: { required: ofWhole },
    else: { required: ofRow }
  })
}
