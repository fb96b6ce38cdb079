import {
  type GenericAlert,
  Identifier,
  mjdToIso,
  Nullable,
  type PhotometryPoint,
  type Static,
  type TargetDraft,
  Type
} from '../../broker-kit/index.ts'
import { rowOrWhole } from '../lasair/row-or-whole.ts'
import { contextColumns, contextFields, contextOfObject, contextOfRow, targetOf } from '../lasair/surroundings.ts'
import { brightnessOf, known, latestDetection, placeOf, pointsOf } from './light-curve.ts'

const Degrees = Nullable(Type.Number())
const Magnitude = Type.Optional(Nullable(Type.Number()))
const Count = Type.Optional(Nullable(Type.Integer()))
const Day = Nullable(Type.Number({ minimum: 2_400_000.5, maximum: 2_500_000.5 }))
const ObjectId = Type.Unsafe<string | number>({ ...Identifier, pattern: '^[A-Za-z0-9]{1,32}$' })

/** A row of the table of objects, as queries answer it. */
const Row = Type.Object({
  objectId: ObjectId,
  ramean: Degrees,
  decmean: Degrees,
  jdmax: Day,
  ncand: Count,
  gmag: Magnitude,
  rmag: Magnitude,
  jdgmax: Type.Optional(Day),
  jdrmax: Type.Optional(Day),
  ...contextColumns
})
type Row = Static<typeof Row>

/** An object with all that Lasair knows of it. */
const Whole = Type.Object({
  objectId: ObjectId,
  objectData: Type.Object({ ramean: Degrees, decmean: Degrees, ncand: Count }),
  candidates: Type.Array(Type.Unknown()),
  forcedphot: Type.Optional(Nullable(Type.Array(Type.Unknown()))),
  ...contextFields
})
type Whole = Static<typeof Whole>

/** An object as Lasair gives it: its row, or the whole of it. */
export const LasairZtfAlert = rowOrWhole({ row: Row, whole: Whole, mark: 'objectData' })
type LasairZtfAlert = Static<typeof LasairZtfAlert>

/** The columns that make an alert of a row. */
export const selectedColumns = ['objectId', 'ramean', 'decmean', 'jdmin', 'jdmax', 'ncand', 'gmag', 'rmag', 'jdgmax', 'jdrmax']

/** The generic alert of one object. */
export function toGeneric(alert: LasairZtfAlert): GenericAlert {
  return isWhole(alert) ? genericOfWhole(alert) : genericOfRow(alert)
}

/** The light curve that a whole object carries. */
export function photometryOf(alert: LasairZtfAlert): PhotometryPoint[] {
  return isWhole(alert) ? pointsOf(alert) : []
}

/** The target of one object. */
export function toTarget(alert: LasairZtfAlert, generic: GenericAlert): TargetDraft {
  return targetOf(generic, isWhole(alert) ? contextOfObject(alert) : contextOfRow(alert))
}

function isWhole(alert: LasairZtfAlert): alert is Whole {
  return 'objectData' in alert
}

function genericOfRow(row: Row): GenericAlert {
  const { objectId, ramean, decmean, jdmax, ncand } = row
  const { mag, band } = latestMagnitude(row)
  return {
    ...identityOf(objectId),
    timestamp: jdmax === null ? null : mjdToIso(jdmax - 2_400_000.5),
    ra: known(ramean),
    dec: known(decmean),
    mag,
    band,
    magError: null,
    score: null,
    classifications: contextOfRow(row).classifications,
    detections: known(ncand)
  }
}

/** The newer of the last magnitudes in g and r. */
function latestMagnitude({ gmag, rmag, jdgmax, jdrmax }: Row) {
  const inBands = [
    { band: 'g', mag: known(gmag), jd: jdgmax ?? 0 },
    { band: 'r', mag: known(rmag), jd: jdrmax ?? 0 }
  ]
  const [latest] = inBands.filter(({ mag }) => mag !== null).toSorted((a, b) => b.jd - a.jd)
  return latest ?? { band: null, mag: null }
}

function genericOfWhole(whole: Whole): GenericAlert {
  const { objectId, objectData, candidates } = whole
  const latest = latestDetection(candidates)
  const { mag, magError } = latest === null ? { mag: null, magError: null } : brightnessOf(latest)
  const { timestamp, band } = latest === null ? { timestamp: null, band: null } : placeOf(latest)
  return {
    ...identityOf(objectId),
    timestamp,
    ra: known(objectData.ramean),
    dec: known(objectData.decmean),
    mag,
    band: mag === null ? null : band,
    magError,
    score: known(latest?.drb),
    classifications: contextOfObject(whole).classifications,
    detections: known(objectData.ncand)
  }
}

function identityOf(objectId: string | number) {
  const id = String(objectId)
  return { id, name: id, objectId: id, survey: 'ZTF', url: `https://lasair-ztf.lsst.ac.uk/objects/${id}/` }
}
