import { type GenericAlert, Identifier, Nullable, type Static, Type, taiMjdToIso } from '../../broker-kit/index.ts'

const ObjectId = Type.Unsafe<string | number>({ ...Identifier, pattern: '^[0-9]{1,19}$', minimum: 0 })

/** One row of the list of objects: an object, with what one classifier says of it. */
const Row = Type.Object({
  oid: ObjectId,
  meanra: Nullable(Type.Number()),
  meandec: Nullable(Type.Number()),
  lastmjd: Nullable(Type.Number({ minimum: 0, maximum: 100_000 })),
  n_det: Type.Optional(Nullable(Type.Integer())),
  class_name: Type.Optional(Nullable(Type.String())),
  classifier_name: Type.Optional(Nullable(Type.String())),
  probability: Type.Optional(Nullable(Type.Number()))
})
type Row = Static<typeof Row>

/** An object as ALeRCE lists it: one row, or an array of its rows when several classifiers speak of it. */
export const AlerceAlert = Type.Unsafe<Row | Row[]>({ ...Row, type: ['object', 'array'], items: Row, minItems: 1 })

/** The generic alert of one object. Its rows differ only in what the classifiers say. */
export function toGeneric(alert: Row | Row[]): GenericAlert {
  const rows = Array.isArray(alert) ? alert : [alert]
  const [first] = rows
  if (first === undefined) throw new RangeError('An alert has at least one row.')
  const { oid, meanra, meandec, lastmjd, n_det } = first
  const id = String(oid)
  const classifications = rows.flatMap(classificationOf).toSorted((a, b) => (b.probability ?? -1) - (a.probability ?? -1))
  return {
    id,
    name: id,
    objectId: id,
    survey: 'LSST',
    timestamp: lastmjd === null ? null : taiMjdToIso(lastmjd),
    ra: meanra,
    dec: meandec,
    mag: null,
    score: classifications[0]?.probability ?? null,
    url: `https://lsst.alerce.online/object/${id}?survey=lsst`,
    classifications,
    detections: n_det ?? null
  }
}

function classificationOf({ class_name: label, classifier_name: classifier, probability }: Row) {
  return label ? [{ label, probability: probability ?? null, classifier: classifier || null }] : []
}
