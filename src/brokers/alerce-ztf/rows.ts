import { type GenericAlert, mjdToIso, Nullable, type Static, Type } from '../../broker-kit/index.ts'

const sentinel = -999

/** One row of the list of objects: an object, with what one classifier says of it. */
const Row = Type.Object({
  oid: Type.String({ pattern: '^[A-Za-z0-9_.-]{1,100}$' }),
  meanra: Nullable(Type.Number()),
  meandec: Nullable(Type.Number()),
  lastmjd: Nullable(Type.Number({ minimum: sentinel, maximum: 100_000 })),
  ndet: Type.Optional(Nullable(Type.Integer())),
  class: Type.Optional(Nullable(Type.String())),
  classifier: Type.Optional(Nullable(Type.String())),
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
  const { oid, meanra, meandec, lastmjd, ndet } = first
  const classifications = rows.flatMap(classificationOf).toSorted((a, b) => (b.probability ?? -1) - (a.probability ?? -1))
  const lastDetection = known(lastmjd)
  return {
    id: oid,
    name: oid,
    objectId: oid,
    survey: 'ZTF',
    timestamp: lastDetection === null ? null : mjdToIso(lastDetection),
    ra: known(meanra),
    dec: known(meandec),
    mag: null,
    score: classifications[0]?.probability ?? null,
    url: `https://alerce.online/object/${oid}`,
    classifications,
    detections: known(ndet)
  }
}

function classificationOf({ class: label, classifier, probability }: Row) {
  return label ? [{ label, probability: known(probability), classifier: classifier || null }] : []
}

/** Null for what is not known: null, left out, or the sentinel of ZTF. */
export function known(value: number | null | undefined): number | null {
  return value === undefined || value === sentinel ? null : value
}
